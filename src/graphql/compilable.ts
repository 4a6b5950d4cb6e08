import {
  type ArgumentNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { queryLimits } from './limits.ts';

/** Values that become code as they are. Texts do not: the compiler takes some of them for code of its own. */
const plain: ReadonlySet<Kind> = new Set([Kind.BOOLEAN, Kind.ENUM, Kind.INT, Kind.NULL]);
const isPlain = ({ kind }: ValueNode): boolean => plain.has(kind);

/** In the code it would not be a name but the prototype. */
const isName = (text: string): boolean => text !== '__proto__';

const isVariableCompilable = ({ variable, defaultValue }: VariableDefinitionNode): boolean =>
  isName(variable.name.value) && (defaultValue === undefined || isPlain(defaultValue));

/** A variable inside a list or an object is null for the compiler where it is left out. */
const isArgumentCompilable = ({ value }: ArgumentNode): boolean => value.kind === Kind.VARIABLE || isPlain(value);

/** The compiler has one answer to a directive for all places where a fragment stands. */
function isSelectionCompilable(selection: SelectionNode): boolean {
  if (selection.directives !== undefined && selection.directives.length > 0) return false;
  if (selection.kind !== Kind.FIELD) return true;
  const { alias, name, arguments: given = [] } = selection;
  return isName((alias ?? name).value) && given.every(isArgumentCompilable);
}

/** The compiler goes on with the next field of a mutation where one has failed that must not be null; graphql-js does not. */
const isRootCompilable = ({ operation, selectionSet: { selections } }: OperationDefinitionNode): boolean =>
  operation === OperationTypeNode.QUERY ||
  (operation === OperationTypeNode.MUTATION && selections.length === 1 && selections[0]?.kind === Kind.FIELD);

/**
 * Whether an operation of a valid document can be compiled (graphql-jit 0.8.9): the code answers as graphql-js does, has
 * nothing of the document in it that somebody could have written as code, and does not get too long. Fragments are
 * compiled anew for each place where they stand: few short ones, each used twice by the one before, would never end.
 */
export function isCompilable({ definitions }: DocumentNode, operation: OperationDefinitionNode): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  let left: number = queryLimits.breadth;
  const isSetCompilable = ({ selections }: SelectionSetNode): boolean =>
    selections.every((selection) => {
      left -= 1;
      if (left < 0 || !isSelectionCompilable(selection)) return false;
      const { selectionSet } =
        selection.kind === Kind.FRAGMENT_SPREAD ? (fragments.get(selection.name.value) ?? {}) : selection;
      return selectionSet === undefined || isSetCompilable(selectionSet);
    });
  return (
    isRootCompilable(operation) &&
    (operation.variableDefinitions ?? []).every(isVariableCompilable) &&
    isSetCompilable(operation.selectionSet)
  );
}
