/** The versions of Kubernetes that the gateway supports, oldest first, as far as they differ. */
const SERVER_VERSIONS = {
  '1.34': {
    gitVersion: 'v1.34.4',
    constrainedImpersonation: false,
    declarativeValidation: false,
    listsInvalidNamespaces: true,
    namesAuthorizers: false,
    checksIntegerRange: false,
    showsRuleValues: false,
  },
  '1.37': {
    gitVersion: 'v1.37.2',
    constrainedImpersonation: true,
    declarativeValidation: true,
    listsInvalidNamespaces: false,
    namesAuthorizers: true,
    checksIntegerRange: true,
    showsRuleValues: true,
  },
} as const satisfies Readonly<Record<string, ServerVersion>>;

export type KubernetesVersion = keyof typeof SERVER_VERSIONS;

/** Returns whether the simulator can behave like the version. */
export function isKubernetesVersion(version: string): version is KubernetesVersion {
  return Object.hasOwn(SERVER_VERSIONS, version);
}

/** Differences between the API servers of the supported versions. Everything else is the same in all of them. */
export interface ServerVersion {
  readonly gitVersion: string;
  /** Impersonation is also granted by the verbs `impersonate:<mode>` and `impersonate-on:<mode>:<verb>`. */
  readonly constrainedImpersonation: boolean;
  /** Labels, role references and access reviews are validated by generated code, which has messages of its own. */
  readonly declarativeValidation: boolean;
  /** Lists of the namespaces `.` and `..` are empty, instead of refused. */
  readonly listsInvalidNamespaces: boolean;
  /** The reason for a denial starts with the name of the authorizer. */
  readonly namesAuthorizers: boolean;
  /** Numbers that do not fit the integer format of a schema have a cause of their own. */
  readonly checksIntegerRange: boolean;
  /** Causes of broken rules name the value of a scalar, and nothing for others, in place of the type. */
  readonly showsRuleValues: boolean;
}

/** Version that the simulator behaves like by default. */
export const CURRENT_VERSION: KubernetesVersion = '1.37';

/** Returns the behaviour of a Kubernetes version. */
export function serverVersionOf(version: KubernetesVersion): ServerVersion {
  return SERVER_VERSIONS[version];
}
