import type { IncomingMessage, Server } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST, OperationTypeNode } from 'graphql';
import { type Context, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import type { Graphql } from '../graphql/yoga.ts';
import type { InFlight } from '../in-flight.ts';
import type { Logger, RequestScope } from '../log.ts';
import { requestIdOf } from './answer-headers.ts';
import { bodyLimit } from './body.ts';
import type { ChannelOptions } from './channel.ts';
import { atTime } from './expiry.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Origins } from './origins.ts';
import { RunningSubscription } from './running-subscription.ts';
import { type SignInOptions, signIn } from './sign-in.ts';
import { TokenSockets, type TokenUse } from './token-sockets.ts';
import { closeCodes, WebSocketConnection } from './websocket-connection.ts';

export interface WebsocketOptions extends SignInOptions {
  graphql: Graphql;
  origins: Origins;
  inFlight: InFlight;
  channel: ChannelOptions;
  heartbeat: Heartbeat;
  logger: Logger;
  /** Whether messages are compressed where the client can. */
  compression: boolean;
  /** Sockets of one token, and operations at once on one socket. */
  most: { sockets: number; operations: number };
}

/** Characters of an operation's id, which every message of it carries. */
const longestId = 256;
/** Milliseconds that the sockets have to say goodbye when the server closes. */
const farewell = 2_000;

/** What a connection carries for its operations. */
interface Extra {
  connection: WebSocketConnection<Extra>;
  scope: RequestScope;
  /** Until it has said hello. */
  request?: IncomingMessage | undefined;
  viewer?: Viewer;
  use?: TokenUse;
  stopTimer?: () => void;
}

/** How to run one operation; it goes through graphql-ws as its root value. */
type Run = () => Promise<unknown>;

/** GraphQL over WebSocket (`graphql-transport-ws`) at /graphql. Returns what closes every socket. */
export function serveWebsocket(http: Server, options: WebsocketOptions) {
  const { graphql, inFlight, channel, heartbeat, logger, compression, origins, limits, most } = options;
  const { metrics } = channel;
  const tokens = new TokenSockets(most.sockets);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: bodyLimit,
    perMessageDeflate: compression,
    handleProtocols,
  });

  const toGraphqlErrors = (errors: readonly unknown[], scope: RequestScope) =>
    errors.map((error) => graphql.toSafeError(error, scope)).filter((error) => error instanceof GraphQLError);

  /** Starts a subscription whose results go straight to the socket: graphql-ws waits for its end. */
  async function subscribe(
    { connection, viewer, scope }: Extra,
    id: string,
    args: Pick<ExecutionArgs, 'document'> & { operationName?: string | undefined },
    variables: Record<string, unknown> | undefined,
  ): Promise<RunningSubscription | ExecutionResult> {
    const running = new RunningSubscription();
    const opened = await graphql.subscriptions.open(
      { document: args.document, operationName: args.operationName, variables, viewer, scope },
      { outlet: connection.channel.outletOf(id), fail: (result) => running.fail(result) },
    );
    if (!('start' in opened)) return opened;
    running.subscription = opened;
    return running;
  }

  /** Runs a query or mutation. */
  async function execute({ viewer, scope }: Extra, payload: SubscribePayload): Promise<unknown> {
    const requested = { signedIn: viewer, scope, params: payload, request: undefined };
    const enveloped = graphql.yoga.getEnveloped(requested as never);
    return await enveloped.execute({
      schema: enveloped.schema,
      document: enveloped.parse(payload.query),
      operationName: payload.operationName ?? undefined,
      variableValues: payload.variables ?? undefined,
      contextValue: await enveloped.contextFactory(),
    });
  }

  async function countOperation({ extra, subscriptions }: Context<Record<string, unknown>, Extra>): Promise<void> {
    // First: while this one waits, others come behind it, and they are not what is too much.
    if (Object.keys(subscriptions).length > most.operations) {
      metrics.socketsRefused.inc({ by: 'operations' });
      const message = `A WebSocket takes at most ${most.operations} operations at once. Complete others, or open another one.`;
      throw new ActivityLogError('LIMIT_EXCEEDED', message, { field: 'id' });
    }
    if (extra.use !== undefined) await limits.count('token', extra.use.authorization);
  }

  function prepare(extra: Extra, id: string, payload: SubscribePayload) {
    if (id.length > longestId)
      throw new ActivityLogError('LIMIT_EXCEEDED', `id takes at most ${longestId} characters, got ${id.length}`, {
        field: 'id',
      });
    const document = graphql.documents.parse(payload.query);
    const problems = graphql.documents.validate(document);
    if (problems.length > 0) return toGraphqlErrors(problems, extra.scope);
    const operationName = payload.operationName ?? undefined;
    const operation = getOperationAST(document, operationName);
    if (operation == null) {
      const extensions = { code: 'OPERATION_RESOLUTION_FAILURE' };
      throw new GraphQLError('operationName must name one of the operations of the document.', { extensions });
    }
    let run: Run;
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      const variables = payload.variables ?? undefined;
      run = async () => {
        try {
          return await subscribe(extra, id, { document, operationName }, variables);
        } catch (error) {
          return { errors: toGraphqlErrors([error], extra.scope) };
        }
      };
    } else {
      const copy = { ...payload };
      run = () => execute(extra, copy);
    }
    // graphql-ws keeps the payload for as long as the operation lasts; nobody reads it again.
    Object.assign(payload, { query: '', variables: undefined });
    return { schema: graphql.schema, document, operationName, rootValue: run, contextValue: undefined };
  }

  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: 10_000,
    async onConnect(context) {
      const { connectionParams, extra } = context;
      const { connection, request } = extra;
      // Not to be kept for as long as the socket lasts.
      Object.assign(context, { connectionParams: undefined });
      extra.request = undefined;
      try {
        const authorization = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
        const viewer = await signIn(authorization, request as IncomingMessage, options);
        if (viewer === undefined)
          throw new ActivityLogError('UNAUTHENTICATED', 'connectionParams must have { authorization: "Bearer JWT" }.');
        if (!connection.channel.isOpen) return false;
        const use = tokens.take(String(authorization));
        if (use === undefined) {
          metrics.socketsRefused.inc({ by: 'sockets' });
          connection.close(closeCodes.tryAgainLater, `A token takes at most ${most.sockets} WebSockets at once.`);
          return false;
        }
        extra.use = use;
        extra.viewer = viewer;
        extra.stopTimer = atTime(viewer.expiresAt, () =>
          connection.close(closeCodes.forbidden, 'The token has expired'),
        );
        return true;
      } catch (error) {
        const reason = error instanceof ActivityLogError ? error.message : 'Forbidden';
        const isForNow =
          error instanceof ActivityLogError && (error.code === 'UNAVAILABLE' || error.retryAfter !== undefined);
        connection.close(isForNow ? closeCodes.tryAgainLater : closeCodes.forbidden, reason.slice(0, 120));
        return false;
      }
    },
    onClose: ({ extra }) => {
      extra.stopTimer?.();
      if (extra.use !== undefined) tokens.giveBack(extra.use);
    },
    async onSubscribe(context: Context<Record<string, unknown>, Extra>, id, payload) {
      try {
        await countOperation(context);
        return prepare(context.extra, id, payload);
      } catch (error) {
        return toGraphqlErrors([error], context.extra.scope);
      }
    },
    execute: ({ rootValue }) => inFlight.track((rootValue as Run)()) as never,
    subscribe: ({ rootValue }) => (rootValue as Run)() as never,
  });

  const connections = { protocol, channel, heartbeat, logger };
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?', 1)[0] !== '/graphql') {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n');
      return;
    }
    if (!origins.allows(request)) {
      metrics.socketsRefused.inc({ by: 'origin' });
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      metrics.sockets.inc();
      websocket.once('close', () => metrics.sockets.dec());
      const scope = { requestId: requestIdOf(request) };
      new WebSocketConnection<Extra>(connections, websocket, socket, (connection) => ({ connection, scope, request }));
    });
  });

  return {
    /** Closes every socket with 1001 and waits until they are. */
    async close(): Promise<void> {
      for (const websocket of sockets.clients) websocket.close(1001, 'Going away');
      const timer = setTimeout(() => {
        for (const websocket of sockets.clients) websocket.terminate();
      }, farewell);
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
      clearTimeout(timer);
    },
  };
}
