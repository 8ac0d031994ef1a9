import { defineConfig } from '@playwright/test';

const address = process.env.LIEDWERK_URL;
if (!address) {
  throw new Error('LIEDWERK_URL is not set: it names the served site, for example http://127.0.0.1:8080/');
}

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
// WebGPU on SwiftShader, a software GPU, for the page and its workers.
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
    // A service worker would bypass the routes of the tests; offline.spec.js tests it.
    serviceWorkers: 'block',
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: { executablePath, args },
  },
  projects: [
    // First, since these tests run serially while the others use the second worker.
    {
      name: 'gpu',
      testMatch: 'gpu*.spec.js',
      grepInvert: QUIET,
      use: { launchOptions: { executablePath, args: [...args, ...gpu] } },
    },
    // Headless Chromium has no GPU unless told to, so these tests see the page without one.
    { name: 'cpu', testIgnore: 'gpu*.spec.js', grepInvert: QUIET },
    // Timing tests run when nothing else does. Playwright starts with the dependency named last.
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
