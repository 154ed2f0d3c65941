// @vitest-environment node
import { beforeAll, expect, test, vi } from 'vitest';
import schemaText from '../../../docs/schema.json?raw';
import type { Schema } from '../api/types';
import { textsOf } from './cpp';
import { libZh } from './said.lib.zh';
import { serverZh } from './said.server.zh';
import { noteConstants, saidBySources } from './said.sources';
import { stepsZh } from './said.steps.zh';
import { trainingZh } from './said.training.zh';
import { countedZh, othersZh, stagesZh, wordsZh } from './said.words.zh';
import { sayingsZh, textsZh } from './said.zh';
import { filled } from './sayings';

const sources = saidBySources();
beforeAll(() => {
  Object.assign(globalThis, {
    localStorage: { getItem: () => null, setItem: () => undefined },
    document: { documentElement: {} },
  });
});
const sorted = (all: Iterable<string>) => [...all].sort();
const holes = (text: string) => [...text.matchAll(/\{(\d?)\}/g)].map((found) => found[1] as string);

test('whatever jobs and the server say has Chinese words, and there are none too many', () => {
  const missing = [...sources.texts].filter(([text]) => !(text in textsZh)).map(([text, where]) => `${where}: ${text}`);
  expect(missing).toEqual([]);
  expect(Object.keys(textsZh).filter((text) => !sources.texts.has(text))).toEqual([]);
  expect(sources.needless, 'rules of said.sources.ts that nothing needs').toEqual([]);
  expect(sources.texts.size).toBeGreaterThan(1000);
  const tables = [libZh, trainingZh, stepsZh, serverZh, othersZh];
  expect(Object.keys(Object.assign({}, ...tables) as object).length).toBe(tables.reduce((sum, table) => sum + Object.keys(table).length, 0));
});

test('so has each stage of a job and what its progress counts', () => {
  expect(sorted(Object.keys(stagesZh))).toEqual(sorted(sources.stages));
  expect(sorted(Object.keys(countedZh))).toEqual(sorted(sources.counted));
});

test('the Chinese text holds all that is put into the English one', () => {
  for (const [english, chinese] of Object.entries(textsZh)) {
    expect(chinese, english).toMatch(/[\u4e00-\u9fff]/);
    const [all, told] = [holes(english), holes(chinese)];
    const numbers = told.every((one) => one === '') ? told.map((_, i) => i + 1) : told.map(Number);
    // The s of several is not needed in Chinese: "{} face{}".
    const needed = [...english.matchAll(/\{\}/g)].flatMap((found, i) => (/[a-z]$/.test(english.slice(0, found.index)) ? [] : [i + 1]));
    expect(new Set(numbers).size, english).toBe(numbers.length);
    expect(Math.max(0, ...numbers), english).toBeLessThanOrEqual(all.length);
    for (const one of needed) expect(numbers, english).toContain(one);
  }
});

test('it names the options, files and verbs that the English one names', () => {
  const verbs = (JSON.parse(schemaText) as Schema).verbs.map((verb) => `understudy ${verb.name}`);
  const named = /--[a-z][a-z-]*|`[^`]+`|[\w<>]*\.(?:md|npy|dat|pak|json|mp4|m4v|mov|mkv|avi|onnx|dfm|png|jpg)\b/g;
  for (const [english, chinese] of Object.entries(textsZh)) {
    for (const [name] of english.matchAll(named)) expect(chinese, english).toContain(name);
    for (const verb of verbs) if (english.includes(verb)) expect(chinese, english).toContain(verb);
    expect(chinese, english).not.toMatch(/[,;?!]$|\.$/);
  }
});

test('every text is found again by its format', () => {
  const sayings = sayingsZh({});
  for (const [english, chinese] of Object.entries(textsZh)) {
    const values = holes(english).map((_, i) => `/v${i + 1}`);
    let next = 0;
    const text = english.replace(/\{\}/g, () => values[next++] as string);
    expect(sayings.say(text), english).toBe(filled(chinese, values));
  }
});

test('words that mean something within one text alone belong to a text, and stand in the sources', () => {
  for (const [english, words] of Object.entries(wordsZh)) {
    expect(english in textsZh || `${english}.` in textsZh, english).toBe(true);
    for (const word of Object.keys(words)) expect([...sources.literals], `${word} of ${english}`).toContain(word);
  }
});

test('the parser knows what a text is made of', () => {
  const formats = (source: string, constants = {}) => textsOf(source, constants).map((one) => one.text);
  expect(formats('return fail(Code::io, "a {:.3f} b " // why\n "{{c}} \\"d\\"", x);')).toEqual(['a {} b {c} "d"']);
  expect(formats('run.note("Preview: " + next(1, "one two") + ", and " + more);')).toEqual(['Preview: {}, and {}', 'one two']);
  expect(formats('warn(what() + std::string(" is gone") + (two ? " a b" : ""));')).toEqual(['{} is gone{}', 'a b', '']);
  expect(formats('text += fmt::format(" (while {})", doing);')).toEqual(['{} (while {})']);
  expect(formats("text += (text.empty() ? \"\" : \" and \") + fmt::format(\"its {} goes\", '\"');")).toEqual(['', '{} and {}', 'its {} goes']);
  expect(formats('fmt::format("{}{} ({})", notes::stage, name, 1)', { 'notes::stage': '-- training: ' })).toEqual(['-- training: {} ({})']);
  expect(textsOf('a();\nb(1, f(2, 3), "two words")')[0]).toEqual({ text: 'two words', call: 'b(', place: 2, line: 2 });
  expect(noteConstants()['training_notes::stage']).toBe('-- training: ');
});

test('errors within errors, what was being done and what helps are Chinese too', () => {
  const sayings = sayingsZh({ 'frames extract': 'frames extract', 'Whose faces: src or dst': '哪一侧的人脸：src 或 dst' });
  const told: [string, string][] = [
    ['Cannot write /w/a.png: No space left on device. Free some space on that disk and run the command again.', '无法写入 /w/a.png：磁盘空间不足。请在该磁盘上腾出空间，再运行一次同样的命令。'],
    ['Its alignment cannot be turned round (while reading /w/a 1.jpg) (while making samples).', '其对齐无法反向计算（读取 /w/a 1.jpg 时）（生成样本时）。'],
    ['00012_0.jpg: the JPEG is cut short', '00012_0.jpg：JPEG 不完整'],
    ["There is no model 'a b' in /w/model. Did you mean 'ab'?", '/w/model 中没有模型“a b”。是不是指“ab”？'],
    ['No saved generation of /m is whole: Iteration 20 of the model cannot be used: /m/a.safetensors is damaged: it is too short.. Nothing was changed. Its backup: understudy model duplicate --model m --backup 1', '/m 保存的各代没有一个是完好的：模型的第 20 次迭代无法使用：/m/a.safetensors 已损坏：它太短。没有改动任何内容。其备份：understudy model duplicate --model m --backup 1'],
    ['This training would need about 9.1 GiB, and there are 7.9 GiB: --batch-size 4 would need 7.0 GiB; --checkpointing would need 5.0 GiB. Change one of these, or try all the same with --no-plan.', '这次训练需要约 9.1 GiB，而只有 7.9 GiB：--batch-size 4 需要 7.0 GiB；--checkpointing 需要 5.0 GiB。请更改其中一项，或用 --no-plan 照样尝试。'],
    ['The tensor library failed making the network: CUDA error', '张量库在构建网络时出错：CUDA error'],
    ['Out of memory planning. Lower the batch size, the resolution or the dims.', '估算时内存不足。请降低批大小、分辨率或维度。'],
    ['/m has nothing like that. There are backup 01 (iteration 5), iteration 12.', '/m 没有这样的状态。有：备份 01（第 5 次迭代）、第 12 次迭代。'],
    ['frames extract needs side: Whose faces: src or dst', 'frames extract 需要 side：哪一侧的人脸：src 或 dst'],
    ['batch-size is a whole number, not 1.5', 'batch-size 应为整数，而不是 1.5'],
    ["Option 'crf' is 99, outside its range: 0 to 51", '选项“crf”为 99，超出其范围：0 到 51'],
    ['throw out 3 faces', '剔除 3 张人脸'],
    ['throw out 1 face', '剔除 1 张人脸'],
    ['There is no change of the timeline that could be done again', '时间线没有可以重做的改动'],
    ["'labels of a.jpg carried over' had been stopped in the middle: it is done in all its faces now", '“传递 a.jpg 的标注”曾在中途停止：现已在其全部人脸中完成'],
    ['The loss of iteration 21 is nan and 0.2: back to iteration 20, going on with 0.5 of the learning rate', '第 21 次迭代的损失为 nan 和 0.2：回到第 20 次迭代，以学习率的 0.5 倍继续'],
    ['BT.709, limited range (matrix assumed: the file does not say)', 'BT.709，有限范围（矩阵为推测：文件没有写明）'],
    ['Put the destination video there under the name data_dst.mp4 (or .mov, .mkv …).', '请把目标的视频放在那里，名为 data_dst.mp4（或 .mov、.mkv 等）。'],
    ['train saehd: Stopped on request; what was finished is saved. Run the same command again to go on.', 'train saehd：已按要求停止；已完成的部分已保存。再运行一次同样的命令即可继续。'],
    ['The catalogue is damaged: disk image is malformed.; it is built anew', '测量库已损坏：disk image is malformed；将重新建立'],
    ['understudy: The workspace /w is not a folder.', 'understudy：工作区 /w 不是文件夹。'],
  ];
  for (const [english, chinese] of told) expect(sayings.say(english), english).toBe(chinese);
});

test('what nobody of us said stands as it is', () => {
  const sayings = sayingsZh({});
  for (const text of ['', '512', 'Something newer', 'a of b and c to d', 'name: reason', '中文', '/w/of/a file', '[json.exception.parse_error.101] parse error at line 1: x']) expect(sayings.say(text), text).toBe(text);
});

test('the page says it in its language, and at once in the other', async () => {
  const { countedOf, explained, markOf, said, stageOf, wordsFor } = await import('./said.svelte');
  const { setLanguage } = await import('./text.svelte');
  const why = 'The faces of dst were changed after the last training';
  const failed = { message: 'Port 80 of this machine is taken. Check that you may write there.', hint: 'Check that you may write there.' };
  setLanguage('zh');
  expect(said(why), 'before its words have come').toBe(why);
  await wordsFor('zh');
  expect([said(why), stageOf('look again'), countedOf('faces'), stageOf('newer')]).toEqual(['dst 的人脸在上次训练之后有改动', '再次搜索', '张人脸', 'newer']);
  expect(explained(failed)).toBe('本机的端口 80 已被占用。请检查您是否有写入权限。');
  expect(explained({ message: 'No model is named', hint: 'Name it with --model.' })).toBe('没有指定模型。请用 --model 指定。');
  expect(markOf({ kind: 'stage', text: 'sharp (4 of 6)' })).toBe('清晰（第 4 个，共 6 个）');
  expect(markOf({ kind: 'set', text: "'lr' is 1e-5" })).toBe('“lr”现在为 1e-5');
  expect(markOf({ kind: 'option', text: 'lr: 1e-5 → 2e-5' })).toBe('lr: 1e-5 → 2e-5');
  setLanguage('en');
  await wordsFor('en');
  expect([said(why), stageOf('look again'), countedOf('faces'), markOf({ kind: 'stage', text: 'sharp (4 of 6)' })]).toEqual([why, 'look again', 'faces', 'sharp (4 of 6)']);
  expect(explained(failed)).toBe(failed.message);
  expect(explained({ message: 'No model is named', hint: 'Name it with --model.' })).toBe('No model is named. Name it with --model.');
  expect(explained(undefined)).toBe('');
});

test('few formats are tried for a text, and none for one that was said before', () => {
  const sayings = sayingsZh({});
  const exec = vi.spyOn(RegExp.prototype, 'exec');
  const tried = () => exec.mock.contexts.filter((one) => /^\^.*\(\.\*/.test((one as RegExp).source)).length;
  const text = 'Cannot read /w/a.png: No such file or directory (while reading face 7 of dst)';
  expect(sayings.say(text)).toBe('无法读取 /w/a.png：没有这个文件或文件夹（读取 dst 中的人脸 7 时）');
  const first = tried();
  expect(first).toBeGreaterThan(0);
  expect(first, 'of a thousand formats, for each part of the text').toBeLessThan(500);
  sayings.say(text);
  expect(tried()).toBe(first);
  exec.mockRestore();
});

test('a text of many parts is given up, or said, after some tries', () => {
  const sayings = sayingsZh({});
  const plain = RegExp.prototype.exec;
  let tries = 0;
  const spy = vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text: string) {
    if (++tries > 100_000) throw new Error('it goes on and on'); // or the test would
    return plain.call(this, text);
  });
  try {
    const [numbered, letters] = [(i: number) => `e${i}`, (i: number) => (((i * i) >> 2) % 3 ? 'a' : 'b')]; // these are short enough to be looked at
    for (const [count, part] of [[25, numbered], [70, numbered], [100, numbered], [100, letters], [500, letters]] as const) {
      for (const between of [': ', '. ', ', ', '; ', ' and ']) {
        tries = 0;
        sayings.say(Array.from({ length: count }, (_, i) => part(i)).join(between));
        expect(tries, `${count} parts with "${between}"`).toBeLessThan(100_000);
      }
    }
    const many = Array.from({ length: 40 }, (_, i) => `iteration ${i}`).join(', ');
    expect(sayings.say(`/m has nothing like that. There are ${many}.`)).toContain('/m 没有这样的状态');
  } finally {
    spy.mockRestore();
  }
}, 60_000);
