/** Attributes of an action, as RBAC rules and access reviews have them. */
export type AccessRequest = ResourceAccess | PathAccess;

/** Absent parts are empty texts, as in a SubjectAccessReview. */
export interface ResourceAccess {
  readonly type: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for the whole cluster. */
  readonly namespace: string;
  readonly name: string;
}

export interface PathAccess {
  readonly type: 'path';
  readonly verb: string;
  readonly path: string;
}
