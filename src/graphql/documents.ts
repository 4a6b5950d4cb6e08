import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type ValidationContext,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { longestDocument, mostAliases, mostTokens } from './limits.ts';

/** Valid documents that are kept parsed, and the characters that they may have together. */
const kept = { documents: 1_000, characters: 4_000_000 } as const;

const aliasRule = maxAliasesRule({
  n: mostAliases,
  allowList: [],
  onReject: [
    (_context, error) => {
      if (error !== null) Object.assign(error.extensions, { code: 'LIMIT_EXCEEDED' });
    },
  ],
});
const rules = [...specifiedRules, (context: ValidationContext) => aliasRule(context)];

/** One error for each way into the schema: graphql-js' own rule has one for each field behind it, too. */
const noIntrospection = (context: ValidationContext): ASTVisitor => ({
  Field(node: FieldNode) {
    const { value: name } = node.name;
    if (name !== '__schema' && name !== '__type') return;
    context.reportError(
      new GraphQLError(`The schema cannot be asked for here: ${name} is switched off.`, { nodes: node }),
    );
  },
});
const rulesWithoutIntrospection = [...rules, noIntrospection];

/** graphql-js helps whoever mistypes a name by those that are like it: a schema that is not shown is not told that way. */
function withoutNames(error: GraphQLError): GraphQLError {
  error.message = error.message.replace(/ Did you mean .+\?/s, '');
  return error;
}

export interface DocumentsOptions {
  /** Whether the schema may be asked for. Default true. */
  introspection?: boolean;
}

/** The documents of all transports, each parsed and validated once for as long as it is in use. */
export class Documents {
  readonly #schema: GraphQLSchema;
  readonly #valid = new LRUCache<string, DocumentNode>({
    max: kept.documents,
    maxSize: kept.characters,
    sizeCalculation: (_document, text) => Math.max(text.length, 1),
  });
  readonly #isValid = new WeakSet<DocumentNode>();
  readonly #textOf = new WeakMap<DocumentNode, string>();

  readonly #introspection: boolean;

  constructor(schema: GraphQLSchema, { introspection = true }: DocumentsOptions = {}) {
    this.#schema = schema;
    this.#introspection = introspection;
  }

  /**
   * Parses a document, valid or not.
   * @throws GraphQLError for what is none, or is longer or has more tokens than the limits
   */
  parse(text: string): DocumentNode {
    const known = this.#valid.get(text);
    if (known !== undefined) return known;
    if (text.length > longestDocument) {
      const message = `The document takes at most ${longestDocument} characters. Large inputs belong into variables.`;
      throw new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } });
    }
    try {
      const document = parse(text, { maxTokens: mostTokens });
      this.#textOf.set(document, text);
      return document;
    } catch (error) {
      // graphql-js' parser recurses: what it cannot hold is too deep for anybody.
      if (!(error instanceof RangeError)) throw error;
      throw new GraphQLError('The document is nested too deeply.', { extensions: { code: 'LIMIT_EXCEEDED' } });
    }
  }

  /** What is wrong with a document; nothing where it can be executed. */
  validate(document: DocumentNode): readonly GraphQLError[] {
    if (this.#isValid.has(document)) return [];
    const errors = validate(this.#schema, document, this.#introspection ? rules : rulesWithoutIntrospection);
    if (errors.length > 0) return this.#introspection ? errors : errors.map(withoutNames);
    this.#isValid.add(document);
    const text = this.#textOf.get(document);
    if (text !== undefined) this.#valid.set(text, document);
    return [];
  }
}
