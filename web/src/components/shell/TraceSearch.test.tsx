// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { afterEach, expect, test } from 'vitest';
import { TraceSearch } from './TraceSearch';

afterEach(cleanup);

const open = () => {
  const router = createMemoryRouter([
    { path: '/', element: <TraceSearch /> },
    { path: '/trace/:id', element: <TraceSearch /> },
  ]);
  render(<RouterProvider router={router} />);
  return router;
};

test('32 digits open the trace in its usual form', async () => {
  const router = open();
  await userEvent.type(screen.getByRole('searchbox'), '68d2f0a15f84c7a21e7b6d0f3a9c2b14{Enter}');
  expect(router.state.location.pathname).toBe('/trace/1-68d2f0a1-5f84c7a21e7b6d0f3a9c2b14');
});

test('what is no id is explained until it is changed', async () => {
  const router = open();
  await userEvent.type(screen.getByRole('searchbox'), 'orders{Enter}');
  expect(screen.getByRole('alert').textContent).toContain('not a trace id');
  expect(router.state.location.pathname).toBe('/');
  await userEvent.type(screen.getByRole('searchbox'), 'x');
  expect(screen.queryByRole('alert')).toBeNull();
});
