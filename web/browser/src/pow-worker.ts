/** The module worker of `md-captcha`. */

import { type Share, solve } from './pow.js';

addEventListener('message', ({ data }: MessageEvent<Share>) => solve(data, (report) => postMessage(report)));
