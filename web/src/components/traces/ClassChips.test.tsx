// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { ClassChips } from './ClassChips';

afterEach(cleanup);

const figures = { Count: 1208, OkCount: 1205, ErrorCount: 1, ThrottleCount: 0, FaultCount: 2, OpenCount: 0, Average: null, P50: null, P95: null, P99: null };

test('chips say their counts and toggle in a fixed order', async () => {
  const onChange = vi.fn();
  render(<ClassChips figures={figures} chosen={['ok']} onChange={onChange} />);
  expect(screen.getByRole('button', { name: 'OK 1,205' }).getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(screen.getByRole('button', { name: 'Fault 2' }));
  expect(onChange).toHaveBeenLastCalledWith(['fault', 'ok']);
  await userEvent.click(screen.getByRole('button', { name: 'OK 1,205' }));
  expect(onChange).toHaveBeenLastCalledWith([]);
});
