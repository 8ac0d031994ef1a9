import { defineConfig } from '@playwright/test';

const address = process.env.LIEDWERK_URL;
if (!address) {
  throw new Error('LIEDWERK_URL is not set: it names the served site, for example http://127.0.0.1:8080/');
}

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// WebGPU on SwiftShader, a GPU in software, for the page and its workers.
const gpu = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-webgpu-adapter=swiftshader'];

const QUIET = /@quiet/;

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.js',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 20_000 },
  workers: 2,
  fullyParallel: true,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  use: {
    baseURL: address,
    locale: 'en-GB',
    // It would answer before the routes of the tests do; offline.spec.js is about it.
    serviceWorkers: 'block',
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: { executablePath, args },
  },
  projects: [
    // First, since they run one after the other while the rest fills the other worker.
    {
      name: 'gpu',
      testMatch: 'gpu*.spec.js',
      grepInvert: QUIET,
      use: { launchOptions: { executablePath, args: [...args, ...gpu] } },
    },
    // A headless Chromium offers a GPU only if told to, so these see the page as it is without one.
    { name: 'cpu', testIgnore: 'gpu*.spec.js', grepInvert: QUIET },
    // What watches the clock runs when nothing else does. Playwright begins with the dependency that is named last.
    { name: 'quiet', testIgnore: 'gpu*.spec.js', grep: QUIET, workers: 1, dependencies: ['cpu', 'gpu'] },
    {
      name: 'quiet-gpu',
      testMatch: 'gpu*.spec.js',
      grep: QUIET,
      workers: 1,
      dependencies: ['quiet'],
      use: { launchOptions: { executablePath, args: [...args, ...gpu] } },
    },
  ],
});
