import { describe, expect, it } from 'vitest';
import { isAllowedConcurUrl } from '../../src/domain/hosts.ts';

describe('isAllowedConcurUrl', () => {
  it.each([
    ['https://us2.api.concursolutions.com', []],
    ['https://US2.api.ConcurSolutions.com/oauth2/v0/token', []],
    ['https://cn.api.concurcdc.cn', []],
    ['http://127.0.0.1:9000', ['127.0.0.1']],
    ['https://127.0.0.1:9000', ['127.0.0.1:9000']],
    ['http://simulator/path', ['Simulator:80']],
    ['https://simulator/path', ['simulator:443']],
    ['http://[::1]:9000', ['[::1]:9000']],
  ])('takes %s', (url, allowed) => {
    expect(isAllowedConcurUrl(url, allowed)).toBe(true);
  });

  it.each([
    ['http://us2.api.concursolutions.com', []],
    ['https://us2.api.concursolutions.com:8443', []],
    ['https://concursolutions.com.evil.example', []],
    ['https://evilconcursolutions.com', []],
    ['https://us2.api.concursolutions.com@evil.example', []],
    ['https://user@us2.api.concursolutions.com', []],
    ['https://evil.example/us2.api.concursolutions.com', []],
    ['ftp://127.0.0.1', ['127.0.0.1']],
    ['http://127.0.0.1:9001', ['127.0.0.1:9000']],
    ['http://127.0.0.1.evil.example', ['127.0.0.1']],
    ['http://sub.simulator', ['simulator']],
    ['us2.api.concursolutions.com', []],
    ['', []],
  ])('refuses %s', (url, allowed) => {
    expect(isAllowedConcurUrl(url, allowed)).toBe(false);
  });
});
