import type { Verification } from '../../verification.ts';
export async function renderHtml(_verification: Verification): Promise<string> {
  return '';
}
