// The server of a panel, for the example pages: serves their files, and gives who is signed in to it a token.
//   ACTIVITY_JWT_SECRET=… node examples/serve.mjs [address of the service]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignJWT } from 'jose';

const written = 'http://127.0.0.1:4000';
const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};
const folders = { element: new URL('element/', import.meta.url), react: new URL('react/dist/', import.meta.url) };

/** What the panel lets its pages load: files of its own, and the service's element; scripts may ask the service. */
const policyFor = (service) =>
  [
    "default-src 'none'",
    "style-src 'self'",
    `script-src 'self' ${service}/viewer/assets/`,
    `connect-src 'self' ${service} ${service.replace(/^http/, 'ws')}`,
    "require-trusted-types-for 'script'",
  ].join('; ');

/** A token as any server makes one: the claims of docs/security.md, signed with the secret that the service has, too. */
async function makeToken(secret, ttl) {
  return await new SignJWT({ activity: { workspaces: { demo: { role: 'admin' } } } })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('panel-user')
    .setIssuedAt()
    .setExpirationTime(`${ttl} seconds`)
    .sign(secret);
}

/** The file of a path, with the address of the service in it; undefined where there is none. */
async function read(path, service) {
  const [, example, name] = /^\/(element|react)\/([\w./-]*)$/.exec(path) ?? [];
  const type = types[extname(name || 'index.html')];
  if (example === undefined || type === undefined || name.includes('..')) return undefined;
  try {
    const text = await readFile(new URL(name || 'index.html', folders[example]), 'utf8');
    return { type, body: text.replaceAll(written, service) };
  } catch {
    return undefined;
  }
}

/**
 * Serves the example pages, on a port of their own.
 * @param panel `service`: its origin; `secret`: that tokens are signed with; `ttl`: seconds that the next one lives, or
 *   undefined where nobody is signed in to the panel any more
 */
export async function serveExamples(panel, port = 0) {
  const server = createServer(async (request, response) => {
    if (request.url === '/token' && request.method === 'POST') {
      if (panel.ttl === undefined) response.writeHead(401).end();
      else response.end(await makeToken(panel.secret, panel.ttl));
      return;
    }
    const file = await read(request.url ?? '/', panel.service);
    if (file === undefined) response.writeHead(404).end();
    else {
      const headers = { 'content-type': file.type, 'content-security-policy': policyFor(panel.service) };
      response.writeHead(200, headers).end(file.body);
    }
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , service = written] = process.argv;
  const { ACTIVITY_JWT_SECRET } = process.env;
  if (ACTIVITY_JWT_SECRET === undefined) throw new Error('ACTIVITY_JWT_SECRET has to be that of the service.');
  const { url } = await serveExamples(
    { service, secret: new TextEncoder().encode(ACTIVITY_JWT_SECRET), ttl: 600 },
    5001,
  );
  process.stdout.write(`${url}/element/\n${url}/react/\n`);
}
