const timeline = document.querySelector('activity-timeline');
const opened = document.querySelector('#opened');

// Asked at first, and again whenever a token has ended: the panel's own server knows who is signed in to the panel.
timeline.token = async () => {
  const answer = await fetch('/token', { method: 'POST' });
  if (!answer.ok) throw new Error('You are signed out of the panel.');
  return await answer.text();
};
timeline.addEventListener('activity-place', ({ detail }) => {
  opened.textContent = detail.place.entryId === undefined ? 'No entry is open.' : 'An entry is open.';
});
timeline.addEventListener('activity-signed-out', ({ detail }) => {
  opened.textContent = `Signed out: ${detail.reason}`;
});
