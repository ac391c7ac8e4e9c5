import '@cloudscape-design/global-styles/index.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/status.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { startTheme } from './ui/theme';

startTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
