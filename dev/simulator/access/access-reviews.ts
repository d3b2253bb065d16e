import { invalidValue } from '../causes.ts';
import { isJsonObject, type JsonObject, objectAt, stringAt, stringsAt } from '../json.ts';
import type { ServerVersion } from '../server-version.ts';
import { badRequestError, type Cause, invalidError } from '../status.ts';
import type { RbacAuthorizer, Decision } from './rbac-authorizer.ts';
import type { AuthorizationAttributes, PolicyRule } from './policy-rules.ts';
import type { User } from './user.ts';

interface ReviewContext {
  readonly authorizer: RbacAuthorizer;
  readonly server: ServerVersion;
}

/** Returns the status of a SubjectAccessReview. @throws {ApiStatusError} 422 if the spec is invalid */
export function reviewSubjectAccess({ authorizer, server }: ReviewContext, review: JsonObject): JsonObject {
  const { spec } = review;
  assertSound([...checkAttributes(spec, server), ...checkSubject(spec), ...checkMetadata(review)]);
  return statusOf(authorizer.authorize(subjectIn(spec), attributesInReview(spec)));
}

/**
 * Returns the status of a LocalSubjectAccessReview.
 * @throws {ApiStatusError} 422 if the spec is invalid, 400 if it is about another namespace than the URL
 */
export function reviewLocalSubjectAccess(
  { authorizer, server }: ReviewContext,
  review: JsonObject,
  urlNamespace = '',
): JsonObject {
  const { spec } = review;
  const { namespace = '', ...rest } = objectAt(review, 'metadata');
  const causes = [
    ...checkAttributes(spec, server),
    ...checkSubject(spec),
    ...checkMetadata({ metadata: rest }),
    ...checkPlace(spec, String(namespace)),
  ];
  assertSound(causes);
  if (namespace !== urlNamespace)
    throw badRequestError(`spec.resourceAttributes.namespace must match namespace: ${urlNamespace}`);
  return statusOf(authorizer.authorize(subjectIn(spec), attributesInReview(spec)));
}

/** Returns the status of a SelfSubjectAccessReview of the user. @throws {ApiStatusError} 422 if the spec is invalid */
export function reviewSelfSubjectAccess(
  { authorizer, server }: ReviewContext,
  review: JsonObject,
  user: User,
): JsonObject {
  const { spec } = review;
  assertSound([...checkAttributes(spec, server), ...checkMetadata(review)]);
  return statusOf(authorizer.authorize(user, attributesInReview(spec)));
}

/** Returns the status of a SelfSubjectRulesReview of the user. @throws {ApiStatusError} 400 without a namespace */
export function reviewSelfSubjectRules(authorizer: RbacAuthorizer, review: JsonObject, user: User): JsonObject {
  const namespace = stringAt(review['spec'], 'namespace') ?? '';
  if (namespace === '') throw badRequestError('no namespace on request');
  const { rules, problem } = authorizer.rulesFor(user, namespace);
  const resourceRules = rules.filter(({ resources }) => resources.length > 0).map(resourceRule);
  const paths = rules.filter(({ nonResourceURLs }) => nonResourceURLs.length > 0);
  const nonResourceRules = paths.map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
  return { resourceRules, nonResourceRules, incomplete: false, ...(problem !== '' && { evaluationError: problem }) };
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: PolicyRule): JsonObject {
  return { verbs, apiGroups, resources, ...(resourceNames.length > 0 && { resourceNames }) };
}

function statusOf({ allowed, reason }: Decision): JsonObject {
  return { allowed, ...(reason !== '' && { reason }) };
}

function subjectIn(spec: unknown): User {
  return { name: stringAt(spec, 'user') ?? '', uid: stringAt(spec, 'uid'), groups: stringsAt(spec, 'groups') };
}

/** Returns the attributes in the spec of an access review. */
export function attributesInReview(spec: unknown): AuthorizationAttributes {
  const path = isJsonObject(spec) ? spec['nonResourceAttributes'] : undefined;
  if (isJsonObject(path))
    return { type: 'path', verb: stringAt(path, 'verb') ?? '', path: stringAt(path, 'path') ?? '' };
  const attributes = objectAt(spec, 'resourceAttributes');
  const part = (field: string) => stringAt(attributes, field) ?? '';
  return {
    type: 'resource',
    verb: part('verb'),
    group: part('group'),
    resource: part('resource'),
    subresource: part('subresource'),
    namespace: part('namespace'),
    name: part('name'),
  };
}

/** The error names no kind: kube-apiserver omits the kind of an invalid review. */
function assertSound(causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalidError({ group: 'authorization.k8s.io', kind: '', name: '' }, causes);
}

/** Exactly one of resourceAttributes and nonResourceAttributes must be set. */
function checkAttributes(spec: unknown, { declarativeValidation }: ServerVersion): readonly Cause[] {
  const { resourceAttributes, nonResourceAttributes } = isJsonObject(spec) ? spec : {};
  const given = [resourceAttributes, nonResourceAttributes].filter(isJsonObject).length;
  if (given === 1) return [];
  const found = isJsonObject(nonResourceAttributes) ? pathAttributes(nonResourceAttributes) : null;
  const rule = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  if (declarativeValidation) return [invalidValue('spec', found, rule)];
  if (given === 0) return [invalidValue('spec.resourceAttributes', found, rule)];
  return [
    invalidValue('spec.nonResourceAttributes', found, 'cannot be specified in combination with resourceAttributes'),
  ];
}

function checkSubject(spec: unknown): readonly Cause[] {
  if (stringAt(spec, 'user') || stringsAt(spec, 'groups').length > 0) return [];
  return [invalidValue('spec.user', '', 'at least one of user or group must be specified')];
}

/** Clients may send metadata members without a value. */
function checkMetadata({ metadata }: JsonObject): readonly Cause[] {
  const given = isJsonObject(metadata) ? Object.values(metadata).filter(Boolean) : [];
  return given.length === 0 ? [] : [invalidValue('metadata', metadata, 'must be empty')];
}

function checkPlace(spec: unknown, namespace: string): readonly Cause[] {
  const { resourceAttributes, nonResourceAttributes } = isJsonObject(spec) ? spec : {};
  const asked = stringAt(resourceAttributes, 'namespace') ?? '';
  const field = 'spec.resourceAttributes.namespace';
  return [
    ...(isJsonObject(resourceAttributes) && asked !== namespace
      ? [invalidValue(field, asked, 'must match metadata.namespace')]
      : []),
    ...(isJsonObject(nonResourceAttributes)
      ? [
          invalidValue(
            'spec.nonResourceAttributes',
            pathAttributes(nonResourceAttributes),
            'disallowed on this kind of request',
          ),
        ]
      : []),
  ];
}

/** Non-resource attributes with the field names of kube-apiserver's internal type. */
function pathAttributes(attributes: JsonObject): JsonObject {
  return { Path: stringAt(attributes, 'path') ?? '', Verb: stringAt(attributes, 'verb') ?? '' };
}
