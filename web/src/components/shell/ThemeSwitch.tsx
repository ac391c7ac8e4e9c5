import { chooseTheme, themeChoices, useThemeChoice, type ThemeChoice } from '../../ui/theme';

const drawings: Record<ThemeChoice, string> = {
  system: 'M3 4h14v9H3zM7 16.5h6M10 13v3.5',
  light: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4',
  dark: 'M16 12.3A6.8 6.8 0 0 1 7.7 4a6.8 6.8 0 1 0 8.3 8.3Z',
};

const words: Record<ThemeChoice, string> = { system: 'as the system', light: 'light', dark: 'dark' };

/** Steps through system, light and dark. */
export const ThemeSwitch = () => {
  const choice = useThemeChoice();
  const next = themeChoices[(themeChoices.indexOf(choice) + 1) % themeChoices.length] ?? 'system';
  const label = `Colours: ${words[choice]}. Switch to ${words[next]}`;
  return (
    <button type="button" className="rs-iconbutton" aria-label={label} title={label} onClick={() => chooseTheme(next)}>
      <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        <path d={drawings[choice]} />
      </svg>
    </button>
  );
};
