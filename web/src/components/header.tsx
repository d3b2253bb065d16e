import { initialOf } from '../data/initial.ts';
import { actAs, credentials, useToken } from '../data/credentials.ts';
import { theme, type Theme } from '../data/theme.ts';
import { useStore } from '../data/store.ts';
import { navigation } from '../pages/pages.tsx';
import { path } from '../router.ts';
import { settings } from '../settings.ts';
import { Icon, type IconName } from './icon.tsx';
import { LiveMark } from './live-mark.tsx';
import { Logo } from './logo.tsx';
import { Menu, type MenuItem } from './menu.tsx';

export function Header() {
  return (
    <header class="header">
      <a class="brand" href="./" data-page aria-label="Workspaces, home">
        <Logo />
        <span>Workspaces</span>
      </a>
      <nav aria-label="Pages">
        {navigation.map(({ path: to, title }) => (
          <a key={to} href={to || './'} data-page aria-current={isCurrent(to) ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <LiveMark />
      <ThemeMenu />
      <PersonMenu />
    </header>
  );
}

function isCurrent(to: string): boolean {
  const [first = ''] = path.value.split('/');
  return first === to || (to === '' && (first === 'workspaces' || first === 'create'));
}

const themes: readonly { readonly value: Theme; readonly title: string; readonly icon: IconName }[] = [
  { value: 'system', title: 'As the system', icon: 'system' },
  { value: 'light', title: 'Light', icon: 'sun' },
  { value: 'dark', title: 'Dark', icon: 'moon' },
];

function ThemeMenu() {
  const current = themes.find(({ value }) => value === theme.value);
  const items = themes.map(({ value, title, icon }): MenuItem => ({
    key: value,
    content: (
      <>
        <Icon name={icon} /> {title}
      </>
    ),
    isChecked: value === theme.value,
    onSelect: () => {
      theme.value = value;
    },
  }));
  return <Menu label="Theme" button={<Icon name={current?.icon ?? 'system'} />} items={items} />;
}

/** Identity of the viewer: the person of the demo, or the user of the token or of the proxy. */
function PersonMenu() {
  const { identity } = useStore();
  const { person } = credentials.value;
  const name = identity.value?.viewer.name ?? person?.name ?? '…';
  const button = (
    <>
      <span class="avatar" aria-hidden="true">
        {initialOf(name)}
      </span>
      <span class="visually-hidden">Signed in as </span>
      <span class="person-name">{name}</span>
      <Icon name="chevron" />
    </>
  );
  return (
    <Menu label={`Signed in as ${name}`} button={button} buttonClass="button person" hasText items={personItems()} />
  );
}

function personItems(): readonly MenuItem[] {
  const { person } = credentials.value;
  if (settings.people.length > 0)
    return settings.people.map((other) => ({
      key: other.name,
      isChecked: other.name === person?.name,
      content: (
        <>
          {other.name} <small>{other.role}</small>
        </>
      ),
      onSelect: () => actAs(other),
    }));
  if (settings.authentication === 'token')
    return [{ key: 'token', content: 'Use another token', onSelect: () => useToken('') }];
  return [
    {
      key: 'identity',
      content:
        settings.authentication === 'header'
          ? 'Your identity comes from the proxy'
          : 'You act as the kubeconfig of the gateway',
    },
  ];
}
