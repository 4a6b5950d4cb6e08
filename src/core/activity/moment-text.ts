const day = 86_400_000;
const two = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const three = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/** The day that was written last, and what it begins with: entries that follow each other are mostly of one. */
let lastDay = Number.NaN;
let lastText = '';

/** What `toISOString()` gives. An export writes millions of them, and that takes ten times as long. */
export function momentText(moment: Date): string {
  const time = moment.getTime();
  const number = Math.floor(time / day);
  if (number !== lastDay) {
    lastText = moment.toISOString().slice(0, -13);
    lastDay = number;
  }
  let rest = time - number * day;
  const milliseconds = rest % 1_000;
  rest = (rest - milliseconds) / 1_000;
  const seconds = rest % 60;
  rest = (rest - seconds) / 60;
  const minutes = rest % 60;
  return `${lastText}${two[(rest - minutes) / 60]}:${two[minutes]}:${two[seconds]}.${three[milliseconds]}Z`;
}
