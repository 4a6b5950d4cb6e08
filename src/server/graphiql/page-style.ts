/** The stylesheet of what stands around GraphiQL. It follows GraphiQL's own switch of light and dark. */
export const pageStyle = `:root { color-scheme: light dark; }
body.graphiql-light { color-scheme: light; }
body.graphiql-dark { color-scheme: dark; }

body {
  --surface: light-dark(#fff, hsl(219 29% 14%));
  --sunken: light-dark(hsl(219 28% 96%), hsl(219 29% 20%));
  --line: light-dark(hsl(219 28% 88%), hsl(219 29% 27%));
  --text: light-dark(hsl(219 28% 16%), hsl(219 29% 94%));
  --muted: light-dark(hsl(219 18% 40%), hsl(219 18% 72%));
  --accent: light-dark(#4f46e5, #a5b4fc);
  --on-accent: light-dark(#fff, hsl(244 47% 16%));
  --accent-soft: light-dark(#eef2ff, hsl(244 38% 26%));
  --danger: light-dark(#b42318, #ffa198);
  display: flex;
  flex-direction: column;
  height: 100dvh;
  margin: 0;
  background: var(--surface);
  color: var(--text);
  font: 14px/20px Roboto, system-ui, sans-serif;
}
[hidden] { display: none !important; }
#graphiql { flex: 1; min-height: 0; }
/* Its own sheet takes the whole window. */
#graphiql .graphiql-container { width: 100%; height: 100%; }
#graphiql .graphiql-container, .graphiql-dialog, .graphiql-dialog-overlay, .graphiql-tooltip,
[data-radix-popper-content-wrapper] { --color-primary: 243, 75%, 59% !important; }
@media (prefers-color-scheme: dark) {
  body:not(.graphiql-light) :is(.graphiql-container, .graphiql-dialog, .graphiql-dialog-overlay, .graphiql-tooltip,
  [data-radix-popper-content-wrapper]) { --color-primary: 234, 89%, 74% !important; }
}
body.graphiql-dark :is(.graphiql-container, .graphiql-dialog, .graphiql-dialog-overlay, .graphiql-tooltip,
[data-radix-popper-content-wrapper]) { --color-primary: 234, 89%, 74% !important; }

.bar {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 4px 20px;
  min-height: 48px;
  padding: 6px 16px;
  box-sizing: border-box;
  border-bottom: 1px solid var(--line);
}
.bar p, .bar ul { margin: 0; padding: 0; }
.brand { display: flex; align-items: center; gap: 8px; font-weight: 500; font-size: 15px; white-space: nowrap; }
.brand svg { width: 26px; height: 26px; }

.session { display: flex; flex: 1; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 4px 14px; min-width: 0; }
.who, .until, .hint { color: var(--muted); }
.who strong { color: var(--text); font-weight: 500; overflow-wrap: anywhere; }
.grants { display: flex; flex-wrap: wrap; gap: 4px; list-style: none; }
.grants li {
  max-width: 240px;
  padding: 1px 10px;
  overflow: hidden;
  border-radius: 99px;
  background: var(--accent-soft);
  color: var(--accent);
  font-size: 13px;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.hint code { padding: 2px 6px; border-radius: 4px; background: var(--sunken); color: var(--text); font: 12px "Fira Code", monospace; }

.entry { display: flex; flex: 0 1 440px; align-items: center; gap: 8px; min-width: 0; }
.entry label { font-weight: 500; }
.entry input {
  flex: 1 1 320px;
  min-width: 0;
  height: 34px;
  padding: 0 10px;
  box-sizing: border-box;
  border: 1px solid hsl(219 18% 55%);
  border-radius: 6px;
  background: var(--surface);
  color: var(--text);
  font: inherit;
}
.entry input::placeholder { color: var(--muted); opacity: 1; }
.entry input[aria-invalid="true"] { border-color: var(--danger); }
.problem { color: var(--danger); font-weight: 500; }
form .problem { flex-basis: 100%; text-align: right; }

.button {
  height: 34px;
  padding: 0 14px;
  border: 1px solid transparent;
  border-radius: 6px;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 500;
  white-space: nowrap;
  cursor: pointer;
}
.button:hover { filter: brightness(1.08); }
.button:disabled { opacity: 0.6; cursor: progress; }
.button.quiet { border-color: var(--line); background: transparent; color: var(--text); }
.button.quiet:hover { background: var(--sunken); filter: none; }
.button:focus-visible, .entry input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }

.loading { display: grid; place-items: center; height: 100%; margin: 0; color: var(--muted); }
.graphiql-logo { display: none; }

@media (max-width: 720px) {
  .session { justify-content: flex-start; flex-basis: 100%; }
  .hint { display: none; }
  .entry { flex-basis: 100%; }
  form .problem { text-align: left; }
  #sign-out { margin-left: auto; }
}
`;
