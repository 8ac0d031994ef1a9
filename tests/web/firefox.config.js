import { defineConfig, devices } from '@playwright/test';

const address = 'http://127.0.0.1:8123/';

// A few tests in another engine than the rest. Playwright's own Firefox is needed for it:
// npx playwright install firefox && npx playwright test --config firefox.config.js
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.js',
  grep: /@smoke/,
  outputDir: 'test-results',
  timeout: 120_000,
  expect: { timeout: 60_000 },
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  use: { ...devices['Desktop Firefox'], baseURL: address, locale: 'en-GB', serviceWorkers: 'block' },
  webServer: { command: 'cargo xtask serve --port 8123', url: address, timeout: 1_800_000, reuseExistingServer: true },
});
