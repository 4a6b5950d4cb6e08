/** Random operations over any schema: valid ones, with all that the language has. */
import {
  doTypesOverlap,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type OperationTypeNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type { SeededRandom } from '../support/seeded-random.ts';

export interface GeneratedOperation {
  text: string;
  variables: Record<string, unknown>;
}

export interface Style {
  root: OperationTypeNode;
  /** Programs have all values in variables, and no directives. */
  by: 'program' | 'hand';
  /** Fields that are never asked for, like `ActivityConnection.liveCursor`. */
  without?: readonly string[];
  /** A value for an argument (`Query.node.id`), a field of an input (`ActivityFilter.from`) or a scalar (`String`), if it has one. */
  makeValue: (place: string, random: SeededRandom) => unknown;
}

/** Levels of objects, not counting those that fragments add. */
const deepest = 5;

type Field = GraphQLField<unknown, unknown>;

/** What objects in JavaScript have, or what looks like an answer or a promise. */
const oddNames = ['constructor', 'toString', 'hasOwnProperty', 'then', 'data', 'errors', 'length', 'idx0', '__proto__'];
const isName = (text: string) => /^[_A-Za-z]\w*$/.test(text);

class OperationWriter {
  readonly #schema: GraphQLSchema;
  readonly #random: SeededRandom;
  readonly #style: Style;
  readonly #variables: Record<string, unknown> = {};
  readonly #definitions: string[] = [];
  readonly #fragments: { name: string; on: GraphQLNamedType; text: string }[] = [];
  #names = 0;
  #odd: string | undefined;

  constructor(schema: GraphQLSchema, random: SeededRandom, style: Style) {
    this.#schema = schema;
    this.#random = random;
    this.#style = style;
    this.#odd = random.chance(0.2) ? random.pick(oddNames) : undefined;
  }

  get #byHand(): boolean {
    return this.#style.by === 'hand';
  }

  write(): GeneratedOperation {
    const { root } = this.#style;
    const type = this.#schema.getRootType(root) as GraphQLNamedType;
    const selections = this.#selectionSet(type, deepest);
    const defined = this.#definitions.length === 0 ? '' : `(${this.#definitions.join(', ')})`;
    const name = this.#random.chance(0.5) ? ` Op${++this.#names}` : '';
    const fragments = this.#fragments.map((one) => `\nfragment ${one.name} on ${one.on.name} ${one.text}`);
    // Errors have places: lines end in every way that there is.
    const separator = this.#random.pick(['\n', '\r\n', '\r', ' ', '\n# ö 😀\n']);
    return {
      text: `${root}${name}${defined}${separator}${selections}${fragments.join('')}`,
      variables: this.#variables,
    };
  }

  #selectionSet(type: GraphQLNamedType, depth: number): string {
    const count = this.#random.whole(1, depth === deepest ? 2 : 3);
    return `{ ${Array.from({ length: count }, () => this.#selection(type, depth)).join(' ')} }`;
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const random = this.#random;
    // Fields of operations are not put into fragments: a mutation's would be written more than once.
    const isRoot = depth === deepest && this.#style.root === 'mutation';
    if (isRoot || random.chance(0.75)) return this.#field(type, depth);
    const known = this.#fragments.filter(({ on }) => doTypesOverlap(this.#schema, on as never, type as never));
    if (known.length > 0 && random.chance(0.5)) return `...${random.pick(known).name}${this.#directives()}`;
    const on = random.pick(this.#conditions(type));
    const text = this.#selectionSet(on, depth);
    if (random.chance(0.5)) {
      const condition = on === type && random.chance(0.5) ? '' : ` on ${on.name}`;
      return `...${condition}${this.#directives()} ${text}`;
    }
    const name = `F${++this.#names}`;
    this.#fragments.push({ name, on, text });
    return `...${name}${this.#directives()}`;
  }

  /** The types on which a fragment can be that stands in a selection of this type. */
  #conditions(type: GraphQLNamedType): GraphQLNamedType[] {
    const narrower = isAbstractType(type) ? this.#schema.getPossibleTypes(type) : [];
    const wider = isObjectType(type) ? type.getInterfaces() : [];
    return [type, ...narrower, ...wider];
  }

  #fieldsOf(type: GraphQLNamedType): Field[] {
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    const meta = type === this.#schema.getQueryType() ? [SchemaMetaFieldDef, TypeMetaFieldDef] : [];
    return [...Object.values(type.getFields()), ...(this.#random.chance(0.1) ? meta : [])];
  }

  #field(type: GraphQLNamedType, depth: number): string {
    const random = this.#random;
    const isLeaf = ({ type: of }: Field) => !isCompositeType(getNamedType(of));
    const fields = this.#fieldsOf(type).filter(
      (one) => (depth > 0 || isLeaf(one)) && !this.#style.without?.includes(`${type.name}.${one.name}`),
    );
    if (fields.length === 0 || random.chance(0.05)) return '__typename';
    const field = random.pick(fields);
    const of = getNamedType(field.type);
    const head = `${this.#alias(field)}${field.name}${this.#arguments(type, field)}`;
    if (!isCompositeType(of)) return `${head}${this.#directives()}`;
    // The system's own types lead to themselves: not as deep as graphql-js allows.
    const next = of.name.startsWith('__') ? Math.min(depth - 1, 1) : depth - 1;
    const once = () => `${head}${this.#directives()} ${this.#selectionSet(of, next)}`;
    return random.chance(0.1) ? `${once()} ${once()}` : once();
  }

  /** One of its own for a field with arguments: two of a name must have the same. */
  #alias({ name, args }: Field): string {
    if (args.length === 0 && this.#random.chance(0.7)) return '';
    const odd = this.#odd;
    this.#odd = undefined;
    if (odd !== undefined && (this.#byHand || odd !== '__proto__')) return `${odd}: `;
    return `${name}${++this.#names}: `;
  }

  #arguments(type: GraphQLNamedType, { name, args }: Field): string {
    const given = args.filter((one) => isRequiredArgument(one) || this.#random.chance(0.5));
    const texts = given.map((one) => {
      const place = `${type.name}.${name}.${one.name}`;
      const value = this.#value(one.type, place);
      return `${one.name}: ${this.#argument(one.type, value, place)}`;
    });
    return texts.length === 0 ? '' : `(${texts.join(', ')})`;
  }

  #argument(type: GraphQLInputType, value: unknown, place: string): string {
    const isLiteral = this.#random.chance(this.#byHand ? 0.6 : 0.2);
    const text = isLiteral ? this.#literal(type, value, this.#byHand ? place : undefined) : undefined;
    return text !== undefined && (this.#byHand || isPlain(text)) ? text : this.#variable(type, value, place);
  }

  #directives(): string {
    if (!this.#byHand || this.#random.chance(0.8)) return '';
    const boolean = this.#schema.getType('Boolean') as GraphQLInputType;
    const names = this.#random.pick([['include'], ['skip'], ['skip', 'include']]);
    const condition = () =>
      this.#random.chance(0.3)
        ? String(this.#random.chance(0.6))
        : this.#variable(boolean, this.#random.chance(0.6), 'Boolean', true);
    return names.map((name) => ` @${name}(if: ${condition()})`).join('');
  }

  /** Declares a variable for a place, and gives it the value, another one, or none. */
  #variable(type: GraphQLInputType, value: unknown, place: string, isNeeded = isNonNullType(type)): string {
    const random = this.#random;
    const name = `v${++this.#names}`;
    const inner = getNullableType(type);
    const fallback = random.chance(0.25) ? this.#literal(inner, this.#value(inner, place)) : undefined;
    const hasDefault =
      fallback !== undefined && (this.#byHand || isPlain(fallback)) && !(isNeeded && fallback === 'null');
    const isStrict = isNeeded ? !hasDefault : value !== null && random.chance(0.3);
    const isLeftOut = !isStrict && random.chance(0.3);
    if (!isLeftOut) this.#variables[name] = !isStrict && random.chance(0.1) ? null : value;
    this.#definitions.push(
      `$${name}: ${inner}${isStrict ? '!' : ''}${hasDefault && !isStrict ? ` = ${fallback}` : ''}`,
    );
    return `$${name}`;
  }

  /** As JSON. */
  #value(type: GraphQLInputType, place: string): unknown {
    const random = this.#random;
    if (isNonNullType(type)) return this.#value(type.ofType as GraphQLInputType, place) ?? this.#value(type, place);
    if (random.chance(0.06)) return null;
    const given = this.#style.makeValue(place, random);
    if (given !== undefined) return given;
    if (isListType(type)) {
      const count = random.whole(0, 3);
      // One alone stands for a list of it.
      if (random.chance(0.1)) return this.#value(type.ofType, `${place}[]`);
      return Array.from({ length: count }, () => this.#value(type.ofType, `${place}[]`));
    }
    if (isInputObjectType(type)) {
      const share = random.pick([0.1, 0.3]);
      const fields = Object.values(type.getFields()).filter((one) => isRequiredInputField(one) || random.chance(share));
      return Object.fromEntries(
        fields.map((one) => [one.name, this.#value(one.type, `${type.name}.${one.name}`)] as const),
      );
    }
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    const scalar = this.#style.makeValue(getNamedType(type).name, random);
    if (scalar === undefined) throw new Error(`there are no values for ${type}`);
    return scalar;
  }

  /** @param place where variables may be in it too */
  #literal(type: GraphQLInputType, value: unknown, place?: string): string {
    const within = (of: GraphQLInputType, part: unknown, where: string): string =>
      place !== undefined && this.#random.chance(0.2)
        ? this.#variable(of, part, where)
        : this.#literal(of, part, place === undefined ? undefined : where);
    const inner = getNullableType(type);
    if (value === null) return 'null';
    if (isListType(inner)) {
      if (!Array.isArray(value)) return this.#literal(inner.ofType, value, place);
      return `[${value.map((one) => within(inner.ofType, one, `${place}[]`)).join(', ')}]`;
    }
    if (isInputObjectType(inner)) {
      const fields = Object.entries(value as object).map(([name, one]) => {
        const of = inner.getFields()[name]?.type as GraphQLInputType;
        return `${name}: ${within(of, one, `${inner.name}.${name}`)}`;
      });
      return `{ ${fields.join(', ')} }`;
    }
    if (isEnumType(inner)) return String(value);
    return this.#untyped(inner, value, place);
  }

  #untyped(type: GraphQLInputType, value: unknown, place: string | undefined): string {
    // A JSON literal may have variables in it too.
    if (place !== undefined && typeof value === 'object' && this.#random.chance(0.2))
      return this.#variable(type, value, place);
    if (Array.isArray(value)) return `[${value.map((one) => this.#untyped(type, one, place)).join(', ')}]`;
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const fields = Object.entries(value).filter(([name]) => isName(name));
    return `{ ${fields.map(([name, one]) => `${name}: ${this.#untyped(type, one, place)}`).join(', ')} }`;
  }
}

/** Whether a literal is one that programs have in their texts: a number, or a name. */
const isPlain = (text: string): boolean => /^(-?\d+|\w+)$/.test(text);

/** A valid operation. What nobody can name is not in it: fields that no type has, values that no place takes. */
export function operationOf(schema: GraphQLSchema, random: SeededRandom, style: Style): GeneratedOperation {
  return new OperationWriter(schema, random, style).write();
}

/** What no schema expects at most places. */
const strange: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 31,
  '',
  'x',
  [],
  ['x'],
  [null],
  [[]],
  {},
  { x: 1 },
  [{}],
];

/** A value with one part, or itself, put out of shape: of another type, left out, one too much. */
export function misshapen(value: unknown, random: SeededRandom): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.3)) return random.pick(strange);
  if (Array.isArray(value)) {
    if (value.length === 0) return random.pick(strange);
    const at = random.whole(0, value.length - 1);
    return value.map((one, place) => (place === at ? misshapen(one, random) : one));
  }
  const names = Object.keys(value);
  const name = names.length === 0 || random.chance(0.2) ? 'unknown' : random.pick(names);
  const { [name]: part, ...rest } = value as Record<string, unknown>;
  return random.chance(0.2) ? rest : { ...rest, [name]: misshapen(part, random) };
}
