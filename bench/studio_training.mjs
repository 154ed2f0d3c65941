// SPDX-License-Identifier: Apache-2.0
// The page's part of studio_training.py: from the answer to the drawn graph, and the memory that the page holds.
import fs from 'node:fs';
import { openPage } from '../tests/studio/page.mjs';

const [web, chromium, address] = process.argv.slice(2);
const { browser, page, told } = await openPage(web, chromium);
const tell = (name, value, unit) => console.log(JSON.stringify({ name, value: Math.round(value * 10) / 10, unit }));
try {
  // When the answer with the numbers was whole, and when a frame with the graph was painted after it.
  await page.addInitScript(() => {
    const plain = globalThis.fetch;
    globalThis.arrived = 0;
    globalThis.drawn = [];
    globalThis.fetch = async (...of) => {
      const reply = await plain(...of);
      if (!String(of[0]).includes('/losses?points=1500')) return reply;
      const text = await reply.text();
      globalThis.arrived = performance.now();
      const wait = () => {
        const canvas = document.querySelector('.uplot canvas');
        const series = document.querySelectorAll('.u-legend .u-series').length;
        if (!canvas || series < 3) return requestAnimationFrame(wait);
        requestAnimationFrame(() => requestAnimationFrame(() => globalThis.drawn.push(performance.now() - globalThis.arrived)));
      };
      requestAnimationFrame(wait);
      return new Response(text, { status: reply.status, headers: reply.headers });
    };
  });
  await page.goto(address);
  await page.keyboard.press('Digit4');
  await page.waitForFunction(() => globalThis.drawn.length > 0, undefined, { timeout: 60_000 });
  tell('graph drawn after its numbers came', await page.evaluate(() => globalThis.drawn[0]), 'ms');
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const heap = await session.send('Runtime.getHeapUsage');
  tell('heap of the page', heap.usedSize / 1e6, 'MB');
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1e3;
  tell('largest renderer process', Math.max(...processInfo.filter((one) => one.type === 'renderer').map((one) => resident(one.id))), 'MB');
  if (told.wrong.length) throw new Error(told.wrong.join('; '));
} finally {
  await browser.close();
}
process.exit();
