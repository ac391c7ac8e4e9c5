// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { ClassChips } from './ClassChips';

afterEach(cleanup);

const counts = { ok: 5, error: 1, throttle: 0, fault: 2, pending: 0 };

test('chips say their counts and toggle in a fixed order', async () => {
  const onChange = vi.fn();
  render(<ClassChips counts={counts} chosen={['ok']} onChange={onChange} />);
  expect(screen.getByRole('button', { name: 'OK 5' }).getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(screen.getByRole('button', { name: 'Fault 2' }));
  expect(onChange).toHaveBeenLastCalledWith(['fault', 'ok']);
  await userEvent.click(screen.getByRole('button', { name: 'OK 5' }));
  expect(onChange).toHaveBeenLastCalledWith([]);
});
