// The service as it is run: `activity-log serve`, a process of its own on the core of the server.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startProgram, stopProcess, temporaryDirectory } from './children.mjs';
import { serverCore } from './cores.mjs';
import { ofDist } from './dist.mjs';

const secret = randomBytes(48).toString('base64url');

/** A token that reads and writes everywhere, for as long as any benchmark takes. */
async function signedToken() {
  const { signToken } = await import(ofDist('server/token.js'));
  const grant = { subject: 'bench', workspaceId: '*', role: 'operator', brandIds: [], ttl: 86_400 };
  return await signToken({}, new TextEncoder().encode(secret), grant);
}

async function readyUrl(child) {
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  for (;;) {
    const url = / is ready at (http:\S+)/.exec(said)?.[1];
    if (url !== undefined) return url;
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The service did not start.');
  }
}

/** One operation by POST over connections that stay open; less work for the driver than fetch(). */
function poster(url, token) {
  // The service ends connections that are idle for 5 s: they are left before, not taken at that very moment.
  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: 3_000 });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return (query, variables = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request(`${url}/graphql`, { method: 'POST', agent, headers }, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const { data, errors } = JSON.parse(Buffer.concat(chunks).toString());
          if (errors === undefined) resolve(data);
          else reject(new Error(errors[0].message));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ query, variables }));
    });
}

/** Starts it over a database. `flags` are Node's. */
export async function startService(databaseUrl, { flags = [], core = serverCore } = {}) {
  const program = fileURLToPath(ofDist('cli/main.js'));
  const child = startProgram(core, process.execPath, [...flags, program, 'serve'], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      // Whatever it keeps beside the database goes with the benchmark.
      ACTIVITY_DATA_DIR: temporaryDirectory(),
      HOST: '127.0.0.1',
      PORT: '0',
      ACTIVITY_JWT_SECRET: secret,
      LOG_LEVEL: 'warn',
      // All of a benchmark's load comes with one token.
      ACTIVITY_RATE_LIMIT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readyUrl(child);
  child.stdout.resume();
  const token = await signedToken();
  return {
    pid: child.pid,
    port: Number(new URL(url).port),
    token,
    graphql: poster(url, token),
    signal: (name) => child.kill(name),
    /** The metrics by name, without labels. */
    metrics: async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Object.fromEntries([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
    },
    stop: () => stopProcess(child),
  };
}
