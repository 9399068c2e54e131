export { type AskedOverHttp, type BrowserRefusal, refusalOfBrowser } from './browser-request.ts';
