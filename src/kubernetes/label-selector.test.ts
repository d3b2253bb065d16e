import { describe, expect, it } from 'vitest';
import { compileSelector, parseLabelSelector } from './label-selector.ts';

const labels = { team: 'ml', tier: 'dev', cpu: '8', empty: '', 'example.com/owner': 'ada' };

describe('a label selector string', () => {
  it.each([
    '',
    '  ',
    'team=ml',
    'team==ml',
    'team = ml',
    'team!=web',
    'nothing!=ml',
    'empty=',
    'team in (web, ml)',
    'team in(ml)',
    'team notin (web)',
    'nothing notin (web)',
    'empty in ()',
    'nothing notin ()',
    'team',
    '!nothing',
    '! nothing',
    'cpu>7',
    'cpu > 7',
    'cpu<9',
    'example.com/owner=ada',
    'example.com/owner',
    'team=ml,tier in (dev,test),!legacy,cpu>1',
    'team in (ml,web),team notin (web)',
  ])('matches when the selector is %j', (text) => {
    expect(parseLabelSelector(text)(labels)).toBe(true);
  });

  it.each([
    'team=web',
    'nothing=ml',
    'nothing=',
    'team!=ml',
    'team in (web)',
    'nothing in (ml)',
    'nothing in ()',
    'team notin (ml)',
    'nothing',
    '!team',
    'cpu>8',
    'cpu<8',
    'team>1',
    'nothing<1',
    'team=ml,tier=prod',
    'toString',
  ])('does not match when the selector is %j', (text) => {
    expect(parseLabelSelector(text)(labels)).toBe(false);
  });

  it.each([
    ['team!=ml,!tier', true],
    ['team notin (ml)', true],
    ['team', false],
    ['cpu>0', false],
    ['', true],
  ])('matches %j when an object has no labels: %s', (text, selected) => {
    expect(parseLabelSelector(text)(undefined)).toBe(selected);
  });

  it.each([
    ',',
    'team=ml,',
    ',team',
    'team=ml,,tier',
    '=ml',
    'team=ml=web',
    'team=a b',
    'team in ml',
    'team in (ml',
    'team in ml)',
    'team in (a;b)',
    'team within (ml)',
    'team in',
    '!team=ml',
    '!',
    'cpu>many',
    'cpu>-1',
    'team||tier',
    '-team',
    'team-',
    'Example.com/owner',
    'example..com/owner',
    'a/b/c',
    '/owner',
    'example.com/',
    `team=${'x'.repeat(64)}`,
    `${'x'.repeat(64)}=ml`,
    `${'x'.repeat(254)}/team`,
  ])('throws when the selector is %j', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(/^Expected a label selector such as/u);
  });

  it('names the requirement when it is invalid', () => {
    expect(() => parseLabelSelector('team=ml,tier is dev')).toThrow('got "tier is dev" as one of its requirements');
  });

  it('throws BadRequest with limit and length when the selector is too long', () => {
    expect(() => parseLabelSelector(','.repeat(8_001))).toThrow(
      expect.objectContaining({
        code: 400,
        reason: 'BadRequest',
        message: 'Expected a label selector of at most 8000 characters, got 8001.',
      }),
    );
  });

  it('throws with limit and number when there are too many requirements', () => {
    expect(parseLabelSelector(Array(200).fill('team').join(','))(labels)).toBe(true);
    expect(() => parseLabelSelector(Array(201).fill('team').join(','))).toThrow(
      new SyntaxError('Expected a label selector of at most 200 requirements, got 201.'),
    );
  });

  it('quotes at most 100 characters when a long requirement is invalid', () => {
    expect(() => parseLabelSelector('?'.repeat(8_000))).toThrow(new RegExp(`got "[?]{100}…" as`, 'u'));
  });

  it('accepts keys and values when they have the maximum length', () => {
    const [prefix, name] = [Array(126).fill('x').join('.'), 'x'.repeat(63)];
    expect(parseLabelSelector(`${prefix}/${name}=${name}`)({ [`${prefix}/${name}`]: name })).toBe(true);
  });
});

describe('metav1.LabelSelector', () => {
  it.each([
    { selector: {}, selected: true },
    { selector: { matchLabels: null, matchExpressions: null }, selected: true },
    { selector: { matchLabels: { team: 'ml', tier: 'dev' } }, selected: true },
    { selector: { matchLabels: { team: 'ml', tier: 'prod' } }, selected: false },
    { selector: expression('team', 'In', 'web', 'ml'), selected: true },
    { selector: expression('nothing', 'In', 'ml'), selected: false },
    { selector: expression('team', 'NotIn', 'ml'), selected: false },
    { selector: expression('nothing', 'NotIn', 'ml'), selected: true },
    { selector: expression('team', 'Exists'), selected: true },
    { selector: expression('team', 'DoesNotExist'), selected: false },
    { selector: expression('nothing', 'DoesNotExist'), selected: true },
    { selector: { matchLabels: { team: 'ml' }, ...expression('tier', 'NotIn', 'dev') }, selected: false },
  ])('matches when the selector is $selector: $selected', ({ selector, selected }) => {
    expect(compileSelector(selector)?.(labels)).toBe(selected);
  });

  it.each([
    expression('team', 'In'),
    expression('team', 'NotIn'),
    expression('team', 'Exists', 'ml'),
    expression('team', 'DoesNotExist', 'ml'),
    expression('team', 'Like', 'ml'),
    expression('', 'Exists'),
    expression('no key', 'Exists'),
    expression('team', 'In', 'no value!'),
    { matchLabels: { 'no key': 'ml' } },
    { matchLabels: { team: 'no value!' } },
    { matchExpressions: [{}] },
  ])('returns undefined when Kubernetes refuses %j', (selector) => {
    expect(compileSelector(selector)).toBeUndefined();
  });
});

function expression(key: string, operator: string, ...values: readonly string[]) {
  return { matchExpressions: [{ key, operator, values }] };
}
