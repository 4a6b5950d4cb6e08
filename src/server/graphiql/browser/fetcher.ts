interface Params {
  query: string;
  variables?: unknown;
  operationName?: string | null | undefined;
}

interface Observer {
  next(result: unknown): void;
  complete(): void;
}

type Fetcher = (
  params: Params,
  options?: { headers?: Record<string, string> },
) => Promise<unknown> | { subscribe(observer: Observer): { unsubscribe(): void } };

/**
 * Runs in the browser. How GraphiQL reaches the server: subscriptions over WebSocket, the rest over HTTP. The library's own
 * refuses to run a tab in the moment after it was chosen (it goes by the operation of the tab before), and calls again
 * and again with a token that was refused. @param credentials asked for with every request
 */
export function createFetcher(endpoint: string, credentials: () => Record<string, string>): Fetcher {
  const failed = (message: string) => ({ errors: [{ message }] });

  /** The operations of a document: all that stands outside of braces, brackets, strings and comments. */
  const operationsOf = (query: string) => {
    const bare = query.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*/g, ' ');
    let depth = 0;
    let outside = '';
    for (const character of bare) {
      if (character === '{' || character === '(') depth += 1;
      if (depth === 0) outside += character;
      if (character === '}' || character === ')') depth -= 1;
      if (character === '}' && depth === 0) outside += '\n';
    }
    return [...outside.matchAll(/^\s*(query|mutation|subscription)\b[^\S\n]*(\w+)?/gm)].map(([, type, name]) => ({
      type,
      name,
    }));
  };

  const overHttp = async (body: Params, headers: Record<string, string>): Promise<unknown> => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    if (response === undefined) return failed('The server cannot be reached.');
    return await response.json().catch(() => failed(`The server answered with ${response.status} and no JSON.`));
  };

  const overWebSocket = (payload: Params, connectionParams: Record<string, string>) => ({
    subscribe(observer: Observer) {
      const url = new URL(endpoint, location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url, 'graphql-transport-ws');
      let isOver = false;
      const end = (result?: unknown) => {
        if (isOver) return;
        isOver = true;
        if (result !== undefined) observer.next(result);
        observer.complete();
        socket.close(1000);
      };
      const say = (message: object) => socket.send(JSON.stringify(message));
      socket.onopen = () => say({ type: 'connection_init', payload: connectionParams });
      socket.onclose = ({ reason }) => end(failed(reason || 'The connection was lost. Press play to listen again.'));
      socket.onmessage = ({ data }) => {
        const message: { type: string; payload?: unknown } = JSON.parse(String(data));
        if (message.type === 'connection_ack') say({ id: '1', type: 'subscribe', payload });
        if (message.type === 'ping') say({ type: 'pong' });
        if (message.type === 'next' && !isOver) observer.next(message.payload);
        if (message.type === 'error') end({ errors: message.payload });
        if (message.type === 'complete') end();
      };
      return {
        unsubscribe() {
          isOver = true;
          socket.close(1000);
        },
      };
    },
  });

  return ({ query, variables, operationName }, { headers } = {}) => {
    const operations = operationsOf(query);
    const operation = operations.find(({ name }) => name === operationName) ?? operations[0];
    const body = { query, variables, operationName: operation?.name ?? null };
    const all = { ...credentials(), ...headers };
    return operation?.type === 'subscription' ? overWebSocket(body, all) : overHttp(body, all);
  };
}
