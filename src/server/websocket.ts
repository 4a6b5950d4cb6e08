import type { Server } from 'node:http';
import { type ExecutionArgs, GraphQLError } from 'graphql';
import type { Context, SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Graphql } from '../graphql/yoga.ts';
import type { Metrics } from '../metrics.ts';
import type { Authenticator } from './authenticate.ts';
import { bodyLimit } from './body.ts';
import { atTime } from './expiry.ts';
import type { InFlight } from './in-flight.ts';

/** Close codes of our own; graphql-ws has the rest. */
export const closeCodes = { forbidden: 4403, tryAgainLater: 1013 } as const;

/** What a socket carries beside graphql-ws' own. */
type SocketState = { viewer: Viewer; stopTimer: () => void };

export interface WebsocketOptions {
  graphql: Graphql;
  authenticator: Authenticator;
  metrics: Metrics;
  inFlight: InFlight;
}

type Operation = ExecutionArgs & { rootValue: { execute: Run; subscribe: Run } };
type Run = (args: ExecutionArgs) => unknown;

/** GraphQL over WebSocket (`graphql-transport-ws`) at /graphql. Returns what closes every socket. */
export function serveWebsocket(http: Server, { graphql, authenticator, metrics, inFlight }: WebsocketOptions) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: bodyLimit, perMessageDeflate: false });
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?', 1)[0] !== '/graphql') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      metrics.sockets.inc();
      websocket.once('close', () => metrics.sockets.dec());
      sockets.emit('connection', websocket, request);
    });
  });

  async function prepare(
    context: Context<Record<string, unknown>, Extra & Partial<SocketState>>,
    payload: SubscribePayload,
  ) {
    const { viewer } = context.extra;
    const enveloped = graphql.yoga.getEnveloped({ signedIn: viewer, params: payload, request: undefined } as never);
    const document = enveloped.parse(payload.query);
    const problems = enveloped.validate(enveloped.schema, document);
    if (problems.length > 0) return problems as readonly GraphQLError[];
    return {
      schema: enveloped.schema,
      document,
      operationName: payload.operationName ?? undefined,
      variableValues: payload.variables ?? undefined,
      contextValue: await enveloped.contextFactory(),
      rootValue: { execute: enveloped.execute as Run, subscribe: enveloped.subscribe as Run },
    };
  }

  const toGraphqlErrors = (errors: readonly unknown[]) =>
    errors.map((error) => graphql.toSafeError(error)).filter((error) => error instanceof GraphQLError);

  const running = useServer<Record<string, unknown>, SocketState>(
    {
      connectionInitWaitTimeout: 10_000,
      async onConnect({ connectionParams, extra }) {
        try {
          const viewer = await authenticator.viewerOf(
            connectionParams?.['authorization'] ?? connectionParams?.['Authorization'],
          );
          if (viewer === undefined)
            throw new ActivityLogError(
              'UNAUTHENTICATED',
              'connectionParams must have { authorization: "Bearer JWT" }.',
            );
          extra.viewer = viewer;
          extra.stopTimer = atTime(viewer.expiresAt, () =>
            extra.socket.close(closeCodes.forbidden, 'The token has expired'),
          );
          return true;
        } catch (error) {
          const reason = error instanceof ActivityLogError ? error.message : 'Forbidden';
          const isAway = error instanceof ActivityLogError && error.code === 'UNAVAILABLE';
          extra.socket.close(isAway ? closeCodes.tryAgainLater : closeCodes.forbidden, reason.slice(0, 120));
          return false;
        }
      },
      onDisconnect: ({ extra }) => extra.stopTimer?.(),
      onClose: ({ extra }) => extra.stopTimer?.(),
      async onSubscribe(context, _id, payload) {
        try {
          const prepared = await prepare(context, payload);
          return Array.isArray(prepared) ? toGraphqlErrors(prepared) : (prepared as Operation);
        } catch (error) {
          return toGraphqlErrors([error]);
        }
      },
      execute: (args) => inFlight.track(Promise.resolve((args as Operation).rootValue.execute(args))) as never,
      subscribe: (args) => (args as Operation).rootValue.subscribe(args) as never,
    },
    sockets,
  );
  return { close: async () => await running.dispose() };
}
