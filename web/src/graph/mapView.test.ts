import { expect, test } from 'vitest';
import { mapCodec, type MapView } from './mapView';
import { patched } from '../url/urlState';

const read = (text: string): MapView => mapCodec.read(new URLSearchParams(text));
const write = (patch: Partial<MapView>, old = ''): string => patched(mapCodec, new URLSearchParams(old), patch).toString();

test('what is as by default is not in the URL', () => {
  expect(write({})).toBe('');
  expect(read('')).toMatchObject({ size: 'same', focus: null, hops: '1', direction: 'both', band: null, only: [] });
});

test('a map is read as it was written', () => {
  const patch = { size: 'health', focus: 'a|remote', hops: 'all', direction: 'up', node: 'b', band: { from: 0.25, to: 2 }, only: ['fault', 'error'] } as const;
  const text = write({ ...patch, only: [...patch.only] });
  expect(text).toBe('node=b&size=health&focus=a%7Cremote&hops=all&dir=up&band=0.25-2&only=fault%2Cerror');
  expect(read(text)).toMatchObject(patch);
});

test('a band may be open above', () => {
  expect(write({ band: { from: 1, to: Infinity } })).toBe('band=1-');
  expect(read('band=1-').band).toEqual({ from: 1, to: Infinity });
});

test.each(['band=2-1', 'band=x', 'band=1-1', 'size=huge', 'hops=9', 'only=bad'])('%s is as if it were not there', (text) => {
  expect(write({}, text)).toBe('');
});

test('without a focus its hops are not kept', () => {
  expect(write({ focus: null }, 'focus=a&hops=3&dir=down')).toBe('');
});
