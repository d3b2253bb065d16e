import { isIP } from 'node:net';

/** Whether a text has a format of the OpenAPI registry; a format nobody knows constrains nothing. */
export function hasFormat(value: string, format: string): boolean {
  switch (format) {
    case 'date-time':
      return /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u.test(value) && isTime(value);
    case 'date':
      return /^\d{4}-\d\d-\d\d$/u.test(value) && isTime(value);
    case 'duration':
      return /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/u.test(value) || value === '0';
    case 'uuid':
      return /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/iu.test(value);
    case 'byte':
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(value);
    case 'email':
      return /^[^\s@]+@[^\s@]+$/u.test(value);
    case 'ipv4':
      return isIP(value) === 4;
    case 'ipv6':
      return isIP(value) === 6;
    case 'uri':
      return URL.canParse(value);
    default:
      return true;
  }
}

function isTime(value: string): boolean {
  return !Number.isNaN(Date.parse(value.replace(' ', 'T')));
}
