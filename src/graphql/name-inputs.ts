import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isCompositeType,
  isInputObjectType,
  isListType,
  isSelectionNode,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
  type VariableValues,
} from 'graphql';
import { invalidSegments, pathSegmentProblem, segmentCauses } from '../kubernetes/path.ts';
import { MAX_CAUSES, type StatusCause } from '../kubernetes/status-error.ts';
import { coercedVariables } from './variables.ts';

/**
 * Names of the arguments and input fields whose value is the name of a Kubernetes object. The values become segments of
 * request paths and attributes of access reviews.
 */
const NAME_INPUTS: ReadonlySet<string> = new Set([
  'name',
  'names',
  'namespace',
  'container',
  'claimName',
  'home',
  'secretName',
  'storageClassName',
]);

/** Argument that is a whole object. */
const MANIFEST = 'manifest';

/** Names in filters are compared in memory only, so any string is valid. */
const FILTER = /Filter$/u;

type Input = Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type'>;

/** Returns whether the value of an argument or an input field is the name of a Kubernetes object. */
export function isNameInput(input: Input): boolean {
  return NAME_INPUTS.has(input.name) && !isInputObjectType(getNamedType(input.type));
}

/**
 * Returns an INVALID error for each field of an operation with a name that is not a valid segment of a request path. The causes
 * of an error have the path of each such argument or input field, such as `name`, `input.names[2]` or, in a manifest that is
 * an object, `input.manifest.metadata.name`. After {@link MAX_CAUSES} causes, the rest of the operation is not checked. Fields that `@skip`
 * or `@include` excludes are ignored. Call it before the operation is executed, so that an invalid operation sends no request.
 */
export function invalidNames(operation: ExecutionArgs): readonly GraphQLError[] {
  const { schema, document, operationName, variableValues: given } = operation;
  const { checked, hasValidTexts } = nameSelectionsOf(schema, document);
  if (checked.size === 0 || (hasValidTexts && hasOnlySegments(given))) return [];
  const definition = getOperationAST(document, operationName);
  const type = definition && schema.getRootType(definition.operation);
  if (!definition || !type) return []; // execution reports the error
  const variableValues = coercedVariables(schema, definition, given);
  return variableValues ? new NameCheck(operation, variableValues, checked).check(type, definition.selectionSet) : [];
}

/** The selections of a document that contain arguments with names. */
interface NameSelections {
  /** At any level. */
  readonly checked: ReadonlySet<SelectionNode>;
  /** Whether all texts in the document are valid segments, also those that are no names. */
  readonly hasValidTexts: boolean;
}

const nameSelections = new WeakMap<DocumentNode, NameSelections>();

/** Memoized for as long as the document is referenced: most selections contain no names, and are not visited for each operation. */
function nameSelectionsOf(schema: GraphQLSchema, document: DocumentNode): NameSelections {
  let found = nameSelections.get(document);
  if (!found) {
    found = { checked: findCheckedNodes(schema, document), hasValidTexts: hasOnlySegmentTexts(document) };
    nameSelections.set(document, found);
  }
  return found;
}

function hasOnlySegmentTexts(document: DocumentNode): boolean {
  let isValid = true;
  visit(document, {
    [Kind.STRING]: ({ value }) => {
      isValid &&= pathSegmentProblem(value) === undefined;
    },
  });
  return isValid;
}

/**
 * Returns whether all texts in a value are valid segments. Names are texts of the document or of the variables, so an operation of which
 * all texts are valid needs no further check: those of most operations are.
 */
function hasOnlySegments(value: unknown): boolean {
  if (typeof value === 'string') return pathSegmentProblem(value) === undefined;
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(hasOnlySegments);
}

function findCheckedNodes(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<SelectionNode> {
  const found = new Set<SelectionNode>();
  const typeInfo = new TypeInfo(schema);
  const path: SelectionNode[] = [];
  const visitor = {
    enter: (node: ASTNode) => {
      if (!isSelectionNode(node)) return;
      path.push(node);
      // A fragment may contain names; it is visited where it is defined.
      const isChecked =
        node.kind === Kind.FRAGMENT_SPREAD ||
        (node.kind === Kind.FIELD && node.arguments?.some(({ name }) => mayName(typeInfo.getFieldDef(), name.value)));
      if (isChecked) for (const selection of path) found.add(selection);
    },
    leave: (node: ASTNode) => {
      if (isSelectionNode(node)) path.pop();
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return found;
}

/** Returns whether the value of an argument may contain the name of an object. */
function mayName(field: GraphQLField<unknown, unknown> | null | undefined, argumentName: string): boolean {
  const argument = field?.args.find(({ name }) => name === argumentName);
  if (!argument) return false;
  const type = getNamedType(argument.type);
  return isInputObjectType(type) ? !FILTER.test(type.name) : isNameInput(argument) || argument.name === MANIFEST;
}

/**
 * Visitor of the fields that an operation selects. Visits each fragment once. An operation can pass one variable, with thousands of names, to
 * a hundred fields.
 */
class NameCheck {
  readonly #schema: ExecutionArgs['schema'];
  readonly #variables: VariableValues;
  readonly #checked: ReadonlySet<SelectionNode>;
  readonly #fragments: Map<string, FragmentDefinitionNode>;
  /** Lists of names, or of objects with names, of which none is invalid. */
  readonly #validLists = new Set<readonly unknown[]>();
  /** Number of causes that may still be found. */
  #left = MAX_CAUSES;

  constructor({ schema, document }: ExecutionArgs, variables: VariableValues, checked: ReadonlySet<SelectionNode>) {
    this.#schema = schema;
    this.#variables = variables;
    this.#checked = checked;
    const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  check(type: GraphQLCompositeType, { selections }: SelectionSetNode): readonly GraphQLError[] {
    return selections
      .filter((node) => this.#checked.has(node) && this.#isIncluded(node))
      .flatMap((node) => this.#selection(type, node));
  }

  #selection(type: GraphQLCompositeType, node: SelectionNode): readonly GraphQLError[] {
    switch (node.kind) {
      case Kind.FIELD:
        return this.#field(type, node);
      case Kind.INLINE_FRAGMENT:
        return this.check(this.#typeNamed(node.typeCondition?.name.value) ?? type, node.selectionSet);
      case Kind.FRAGMENT_SPREAD: {
        const fragment = this.#fragments.get(node.name.value);
        const on = this.#typeNamed(fragment?.typeCondition.name.value);
        this.#fragments.delete(node.name.value);
        return fragment && on ? this.check(on, fragment.selectionSet) : [];
      }
      default:
        throw new TypeError(`Unknown selection ${JSON.stringify(node satisfies never)}`);
    }
  }

  #field(parent: GraphQLCompositeType, node: FieldNode): readonly GraphQLError[] {
    const field = this.#schema.getField(parent, node.name.value);
    if (!field) return [];
    const type = getNamedType(field.type);
    const below = node.selectionSet && isCompositeType(type) ? this.check(type, node.selectionSet) : [];
    if (!node.arguments?.length || this.#left === 0) return below;
    const values = getArgumentValues(field, node, this.#variables);
    const causes = field.args.flatMap((arg) => this.#input(arg, values[arg.name], arg.name));
    if (causes.length === 0) return below;
    const originalError = invalidSegments(causes);
    return [new GraphQLError(originalError.message, { nodes: node, originalError }), ...below];
  }

  #input(input: Input, value: unknown, path: string): readonly StatusCause[] {
    const type: GraphQLInputType = getNullableType(input.type);
    if (isListType(type)) return this.#list({ name: input.name, type: type.ofType }, value, path);
    if (isInputObjectType(type)) {
      if (FILTER.test(type.name) || typeof value !== 'object' || value === null) return [];
      const values = new Map<string, unknown>(Object.entries(value));
      return Object.values(type.getFields()).flatMap((field) =>
        this.#input(field, values.get(field.name), `${path}.${field.name}`),
      );
    }
    const found = causesOf(input, value, path).slice(0, this.#left);
    this.#left -= found.length;
    return found;
  }

  #list(item: Input, value: unknown, path: string): readonly StatusCause[] {
    const mayHaveNames = isNameInput(item) || isInputObjectType(getNamedType(item.type));
    if (!mayHaveNames || !Array.isArray(value) || this.#validLists.has(value)) return [];
    const causes: StatusCause[] = [];
    for (const [index, each] of value.entries()) {
      if (this.#left === 0) return causes;
      causes.push(...this.#input(item, each, `${path}[${index}]`));
    }
    if (causes.length === 0) this.#validLists.add(value);
    return causes;
  }

  #isIncluded(node: SelectionNode): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, node, this.#variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, node, this.#variables);
    return skip?.['if'] !== true && include?.['if'] !== false;
  }

  #typeNamed(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }
}

function causesOf(input: Input, value: unknown, path: string): readonly StatusCause[] {
  if (input.name === MANIFEST) return validateManifest(value, path);
  return isNameInput(input) && typeof value === 'string' ? segmentCauses({ [path]: value }) : [];
}

/** A manifest that is text is parsed, and its names are checked, only after the permission check. */
function validateManifest(manifest: unknown, path: string): readonly StatusCause[] {
  const metadata = valueAt(manifest, 'metadata');
  return ['name', 'namespace'].flatMap((field) => {
    const value = valueAt(metadata, field);
    // Kubernetes treats an empty name or namespace as absent.
    return typeof value === 'string' && value !== '' ? segmentCauses({ [`${path}.metadata.${field}`]: value }) : [];
  });
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(key)
    : undefined;
}
