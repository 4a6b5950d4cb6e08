/**
 * Which subscribers get the same bytes. A field that says `shared` depends on nothing but the entry and the scope that it
 * was read with; a document of such fields alone is executed once for all of a class that ask the same.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/**
 * For `extensions` of a field: its value depends on nothing of the viewer but the scope that the entry was read with, so
 * that all viewers of an authorization class can have the same one. Without it a field is never shared.
 */
export const shared = { shared: true } as const;

/** True where the schema says so of the field. */
export function isSharedField({ name, extensions }: GraphQLField<unknown, unknown>): boolean {
  return name === '__typename' || extensions['shared'] === true;
}

/** One subscription operation without what does not matter to its events. */
export interface SharedDocument {
  /** False where a field depends on more of the viewer than its class. */
  readonly isShared: boolean;
  /**
   * The same for documents that differ in white space, comments, names of operations, order of arguments, and the
   * arguments of the subscription field: these say which entries, not what of them.
   */
  readonly text: string;
  /** The operation to execute for each event. Without places in a text, which errors would speak of. */
  readonly document: DocumentNode;
  /** The variables that the text still uses. */
  readonly variables: readonly string[];
  /** Those of `@include(if:)` and `@skip(if:)`, for which null is no value. */
  readonly conditions: readonly string[];
}

const byName = (a: { name: { value: string } }, b: { name: { value: string } }) =>
  a.name.value < b.name.value ? -1 : 1;

const known = new WeakMap<DocumentNode, Map<string | undefined, SharedDocument>>();

/** The shared form of a subscription in a valid document; remembered with the document. */
export function shareDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): SharedDocument {
  const forms = known.get(document) ?? new Map<string | undefined, SharedDocument>();
  known.set(document, forms);
  const name = operation.name?.value;
  const form = forms.get(name) ?? makeShared(schema, document, operation);
  forms.set(name, form);
  return form;
}

function makeShared(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): SharedDocument {
  const fragments = fragmentsOf(document, operation);
  const types = new TypeInfo(schema);
  let isShared = true;
  const variables = new Set<string>();
  const plain = visit(
    { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] } satisfies DocumentNode,
    visitWithTypeInfo(types, {
      Field: {
        enter(node): FieldNode {
          const field = types.getFieldDef();
          if (field == null || !isSharedField(field)) isShared = false;
          return { ...node, arguments: (node.arguments ?? []).toSorted(byName) };
        },
      },
      Directive: (node) => ({ ...node, arguments: (node.arguments ?? []).toSorted(byName) }),
      ObjectValue: (node) => ({ ...node, fields: node.fields.toSorted(byName) }),
    }),
  );
  const bare = visit(
    plain,
    visitWithTypeInfo(types, {
      Field: (node) =>
        types.getParentType() === schema.getSubscriptionType() ? { ...node, arguments: [] } : undefined,
    }),
  );
  visit(bare, {
    VariableDefinition: () => false,
    Variable: (node) => void variables.add(node.name.value),
  });
  const form = visit(bare, {
    OperationDefinition: ({ name: _name, ...node }) => ({
      ...node,
      variableDefinitions: (node.variableDefinitions ?? [])
        .filter(({ variable }) => variables.has(variable.name.value))
        .toSorted((a, b) => byName(a.variable, b.variable)),
    }),
  });
  const conditions = new Set<string>();
  visit(plain, {
    Directive: ({ arguments: given }) => {
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) conditions.add(value.name.value);
    },
  });
  const executed = parse(print(plain), { noLocation: true });
  return {
    isShared,
    text: print(form),
    document: executed,
    variables: [...variables].sort(),
    conditions: [...conditions],
  };
}

/** The fragments that an operation uses, by name. */
function fragmentsOf(document: DocumentNode, operation: OperationDefinitionNode): FragmentDefinitionNode[] {
  const all = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const used = new Set<FragmentDefinitionNode>();
  const look = (node: OperationDefinitionNode | FragmentDefinitionNode) => {
    visit(node, {
      FragmentSpread: ({ name }) => {
        const fragment = all.get(name.value);
        if (fragment === undefined || used.has(fragment)) return;
        used.add(fragment);
        look(fragment);
      },
    });
  };
  look(operation);
  return [...used].sort(byName);
}
