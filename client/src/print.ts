/** A node of the syntax tree of `graphql`, of any version. */
export interface Node {
  readonly kind: string;
  readonly name?: Node & { readonly value: string };
  readonly value?: string | boolean;
  readonly [member: string]: Member;
}

type Member = Node | readonly Node[] | string | boolean | null | undefined;

const TAIL = '< |directives|><|selectionSet|>';
const NAME_AND_VALUE = '<|name|>:<|value|>';
const CALL = '<|name|><(|arguments|)>';

/** `<before|member|after>` stands for a member of the node, and for nothing if the node does not have it. */
const FORMATS: Readonly<Record<string, string>> = {
  Document: '<|definitions|>',
  OperationDefinition: `<|operation|> <|name|><(|variableDefinitions|)>${TAIL}`,
  FragmentDefinition: `fragment <|name|> on <|typeCondition|>${TAIL}`,
  VariableDefinition: '<|variable|>:<|type|><=|defaultValue|>< |directives|>',
  SelectionSet: '{<|selections|>}',
  Field: `<|alias|:>${CALL}${TAIL}`,
  FragmentSpread: '...<|name|>< |directives|>',
  InlineFragment: `...< on |typeCondition|>${TAIL}`,
  Directive: `@${CALL}`,
  Argument: NAME_AND_VALUE,
  ObjectField: NAME_AND_VALUE,
  NullValue: 'null',
  ListValue: '[<|values|>]',
  ObjectValue: '{<|fields|>}',
  Variable: '$<|name|>',
  NamedType: '<|name|>',
  ListType: '[<|type|>]',
  NonNullType: '<|type|>!',
};

/**
 * Prints an executable document. The package does not depend on `graphql`, and `loc.source` cannot be used because the
 * documents of code generators are JSON without it.
 */
export function print(node: Node): string {
  if (node.kind === 'StringValue') return JSON.stringify(node.value);
  // Names, numbers, enum values and booleans consist of their value.
  const format = FORMATS[node.kind] ?? '<|value|>';
  return format.replace(/<([^|]*)\|(\w+)\|([^>]*)>/gu, (_, before: string, member: string, after: string) => {
    const text = printMember(node[member]);
    return text && before + text + after;
  });
}

function printMember(member: Member): string {
  if (typeof member !== 'object' || member === null) return String(member ?? '');
  return 'kind' in member ? print(member) : member.map(print).join(' ');
}
