import { describe, expect, it } from 'vitest';
import { goTemplateProblem } from './go-template.ts';

describe('a Go template', () => {
  it.each([
    'plain text',
    '{{ httpPathPrefix "lab" }}',
    '{{- httpPathPrefix `lab` -}}',
    '{{ if eq (httpPathPrefix "lab") "" }}none{{ else }}some{{ end }}',
    '{{ with httpPathPrefix "lab" }}{{ . }}{{ end }}',
    '{{ $prefix := httpPathPrefix "lab" }}{{ printf "%s/x" $prefix }}',
    '{{/* a comment with }} in it */}}',
    '{{ range $i, $x := .Items }}{{ $x.Name }}{{ else if true }}{{ break }}{{ end }}',
    '{{ print "}} is text" }}',
    'a } and a {',
  ])('accepts the Go template %s', (template) => {
    expect(goTemplateProblem(template)).toBeUndefined();
  });

  it.each([
    ['{{ httpPathPrefix "lab"', 'unclosed action'],
    ['{{ }}', 'missing value for command'],
    ['{{ nope "lab" }}', 'function "nope" not defined'],
    ['{{ if true }}', 'unexpected EOF'],
    ['{{ end }}', 'unexpected {{end}}'],
    ['{{ else }}', 'unexpected {{else}}'],
  ])('rejects the Go template %s', (template, problem) => {
    expect(goTemplateProblem(template)).toBe(problem);
  });
});
