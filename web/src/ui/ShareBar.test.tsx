// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { noCounts } from '../util/status';
import { ShareBar } from './ShareBar';

afterEach(cleanup);

test('the bar says its shares', () => {
  render(<ShareBar counts={{ ok: 90, error: 0, throttle: 1, fault: 9 }} />);
  expect(screen.getByRole('img', { name: '9 % faults, 1 % throttled, 90 % OK' }).querySelectorAll('rect')).toHaveLength(4);
});

test('nothing counted is said', () => {
  render(<ShareBar counts={noCounts} />);
  expect(screen.getByRole('img', { name: 'nothing counted' }).querySelectorAll('rect')).toHaveLength(1);
});
