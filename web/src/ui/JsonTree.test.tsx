// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { JsonTree } from './JsonTree';

afterEach(cleanup);

test('leaves are shown with their type, long lists in parts', async () => {
  render(<JsonTree label="Metadata" value={{ n: 1, s: '1', none: null, list: [], many: Array.from({ length: 120 }, (_, i) => i) }} />);
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['n: 1', 's: "1"', 'none: null', 'list: []', 'many [120]']);
  const details = screen.getByRole('group', { name: 'Metadata' }).querySelector('details');
  if (details === null) throw new Error('the list cannot be opened');
  details.open = true;
  const more = await screen.findByRole('button', { name: '70 more' });
  await userEvent.click(more);
  expect(screen.getByRole('button', { name: '20 more' })).toBeTruthy();
});
