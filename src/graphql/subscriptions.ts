import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import type { FeedEntry } from '../core/activity/feed.ts';
import { selectionKey } from '../core/activity/selection-key.ts';
import type { Viewer } from '../core/activity/visibility.ts';
import { ActivityLogError } from '../errors.ts';
import { EntryStream, type StreamRequest } from '../live/entry-stream.ts';
import { Subscription } from '../live/subscription.ts';
import type { Outlet, Topic } from '../live/topic.ts';
import type { RequestScope } from '../log.ts';
import { createContext, createSharedContext, type GraphqlContext, type Services } from './context.ts';
import { type SharedDocument, shareDocument } from './shared-document.ts';

/** A subscription as a transport has it from its client. */
export interface SubscriptionRequest {
  document: DocumentNode;
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
  viewer: Viewer | undefined;
  /** Of the request, for what is logged about its beginning. */
  scope?: RequestScope | undefined;
}

/** Where a subscription's results go. */
export interface SubscriptionSink {
  outlet: Outlet;
  /** A last result, with errors, where it cannot go on. */
  fail(result: ExecutionResult): void;
}

export interface SubscriptionsOptions {
  schema: GraphQLSchema;
  services: Services;
  toSafeError(error: unknown, scope?: RequestScope | undefined): Error;
}

/** An error of what was away while an entry was rendered; it is not the entry's. */
function findAway(result: ExecutionResult): ActivityLogError | undefined {
  for (const { originalError } of result.errors ?? []) {
    if (originalError instanceof ActivityLogError && originalError.code === 'UNAVAILABLE') return originalError;
  }
  return undefined;
}

/** Starts subscriptions for the transports, in such a way that all that would get the same bytes share them. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  /** The topics in use: one object for all that share it, so that a subscriber costs little. */
  readonly #topics = new Map<string, WeakRef<Topic>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (this.#topics.get(key)?.deref() === undefined) this.#topics.delete(key);
  });
  #unshared = 0;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /**
   * Checks what is asked for and makes a subscription of it, to be started and closed by the transport.
   * @returns a result with errors where it is refused
   * @throws ActivityLogError BAD_USER_INPUT for null as the condition of a directive
   */
  async open(request: SubscriptionRequest, sink: SubscriptionSink): Promise<Subscription | ExecutionResult> {
    const { schema, services } = this.#options;
    const { document, operationName, variables, viewer } = request;
    const source = await createSourceEventStream({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: createContext(services, viewer),
    });
    if (!(source instanceof EntryStream)) return this.#toSafe(source as ExecutionResult, request.scope);
    const operation = getOperationAST(document, operationName);
    if (operation == null) throw new Error('a document without the operation was executed');
    const form = shareDocument(schema, document, operation);
    // graphql-js would say so for every entry.
    const empty = form.conditions.find((name) => variables?.[name] === null);
    if (empty !== undefined) {
      const message = `${empty} stands in @include or @skip: it takes true or false, got null`;
      throw new ActivityLogError('BAD_USER_INPUT', message, { field: empty });
    }
    return new Subscription({
      live: services.live,
      topic: this.#topicOf(form, request, source.request),
      outlet: sink.outlet,
      after: source.request.after,
      onFailure: (error) => sink.fail({ errors: [this.#options.toSafeError(error) as GraphQLError] }),
    });
  }

  #topicOf(form: SharedDocument, { variables, viewer }: SubscriptionRequest, { selection }: StreamRequest): Topic {
    const { schema, services } = this.#options;
    // One that is left out has its default, which null has not.
    const used = form.variables
      .filter((name) => variables?.[name] !== undefined)
      .map((name) => [name, variables?.[name]]);
    const key = form.isShared
      ? JSON.stringify([selectionKey(selection), form.text, used])
      : `unshared ${++this.#unshared}`;
    const known = this.#topics.get(key)?.deref();
    if (known !== undefined) return known;
    let context: GraphqlContext | undefined;
    const topic: Topic = {
      key,
      selection,
      render: (entry: FeedEntry) => {
        context ??= form.isShared ? createSharedContext(services) : createContext(services, viewer);
        const result = execute({
          schema,
          document: form.document,
          // For the arguments, which were checked and say nothing of the event.
          variableValues: variables,
          rootValue: entry,
          contextValue: context,
        });
        return result instanceof Promise ? result.then((done) => this.#toText(done)) : this.#toText(result);
      },
    };
    if (form.isShared) {
      this.#topics.set(key, new WeakRef(topic));
      this.#collected.register(topic, key);
    }
    return topic;
  }

  #toText(result: ExecutionResult): string {
    const away = findAway(result);
    if (away !== undefined) throw away;
    return JSON.stringify(this.#toSafe(result));
  }

  #toSafe(result: ExecutionResult, scope?: RequestScope | undefined): ExecutionResult {
    const { errors, ...rest } = result;
    if (errors === undefined || errors.length === 0) return rest;
    return { ...rest, errors: errors.map((error) => this.#options.toSafeError(error, scope) as GraphQLError) };
  }
}
