import { defineConfig, devices } from '@playwright/test';

const address = 'http://127.0.0.1:8123/';

// Runs a few tests in another browser engine. Needs Playwright's own Firefox:
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
