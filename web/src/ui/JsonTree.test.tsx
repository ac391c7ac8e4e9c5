// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { JsonTree } from './JsonTree';

afterEach(cleanup);

// Found by text: working out roles and names of hundreds of nodes is most of what such a test would do.
test('leaves are shown with their type, long lists in parts', async () => {
  const { container } = render(<JsonTree label="Metadata" value={{ n: 1, s: '1', none: null, list: [], many: Array.from({ length: 120 }, (_, i) => i) }} />);
  expect([...container.querySelectorAll('li')].map((item) => item.textContent)).toEqual(['n: 1', 's: "1"', 'none: null', 'list: []', 'many [120]']);
  const details = container.querySelector('details');
  if (details === null) throw new Error('the list cannot be opened');
  details.open = true;
  const more = await screen.findByText('70 more', { selector: 'button' });
  fireEvent.click(more);
  expect(screen.getByText('20 more', { selector: 'button' })).toBeTruthy();
  expect(container.querySelectorAll('details li')).toHaveLength(101);
});
