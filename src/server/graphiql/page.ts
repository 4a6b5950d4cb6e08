/** The mark of Activity Log: a trail of entries, the newest one lit. */
const mark = `<rect x="2.5" y="2.5" width="27" height="27" rx="8" fill="#4f46e5"/>
<path d="M10.5 9v14" stroke="#a5b4fc" stroke-width="2" stroke-linecap="round"/>
<path d="M15.5 16h7M15.5 23h5" stroke="#c7d2fe" stroke-width="2.5" stroke-linecap="round"/>
<path d="M15.5 9h7" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/>
<circle cx="10.5" cy="16" r="2.5" fill="#c7d2fe"/><circle cx="10.5" cy="23" r="2.5" fill="#c7d2fe"/>
<circle cx="10.5" cy="9" r="3" fill="#fff"/>`;

/** The page's icon, as SVG. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none">${mark}</svg>\n`;

/**
 * What the page may load: files of this server and nothing else. Styles are written by script all over the editor, and
 * its stylesheet carries its fonts and pictures as data: URLs. The forms are never sent: a script reads them.
 */
export const pagePolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The page's HTML. Addresses are relative, so that it works behind a proxy that puts it under a path of its own.
 * @param addresses of its files, by name, as the page at /graphql sees them
 */
export function page(addresses: Readonly<Record<string, string>>): string {
  const at = (name: string) => `graphql/${addresses[name]}`;
  // The script comes before the 5 MB of the editor: the address bar is clean and the bar stands while that loads.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>GraphiQL · Activity Log</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" type="image/svg+xml" href="${at('favicon.svg')}">
<link rel="stylesheet" href="${at('graphiql.css')}">
<link rel="stylesheet" href="${at('page.css')}">
<script src="${at('boot.js')}" defer></script>
<script src="${at('graphiql.js')}" defer></script>
</head>
<body>
<header class="bar">
<p class="brand"><svg viewBox="0 0 32 32" fill="none" aria-hidden="true">${mark}</svg>Activity Log</p>
<div class="session" id="session-in" hidden>
<p class="who">Signed in as <strong id="subject"></strong></p>
<ul class="grants" id="grants" aria-label="What the token grants"></ul>
<p class="until">until <time id="until"></time></p>
<button class="button quiet" id="sign-out" type="button">Sign out</button>
</div>
<form class="session" id="session-out" hidden autocomplete="off">
<p class="hint" id="token-hint">No token yet? <code>activity-log token --workspace demo --role operator</code></p>
<div class="entry">
<label for="token">Token</label>
<input id="token" type="password" required spellcheck="false" autocomplete="off" autocapitalize="off" placeholder="Paste a token to sign in" aria-describedby="token-problem token-hint">
<button class="button" id="sign-in">Sign in</button>
</div>
<p class="problem" id="token-problem" role="alert" hidden></p>
</form>
<div class="session" id="session-lost" role="alert" hidden>
<p class="problem" id="lost-reason"></p>
<button class="button" id="try-again" type="button">Try again</button>
</div>
</header>
<main id="graphiql" data-editor-worker-service="${at('editor.worker.js')}" data-json="${at('json.worker.js')}" data-graphql="${at('graphql.worker.js')}">
<p class="loading" role="status">Loading the editor…</p>
<noscript><p class="loading">GraphiQL needs JavaScript.</p></noscript>
</main>
</body>
</html>
`;
}
