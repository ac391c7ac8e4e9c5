// Drives the pages for insights, groups, sampling and settings in real Chromium.
//
//   node e2e/admin.e2e.mjs BASE_URL OUT_DIR
//
// The server has insights of the group Default and a key to encrypt with, and nobody has set anything yet. The script sends its own
// traces and reports. Exits 1 when a step fails, when the browser reports an error or a request elsewhere, or when a page breaks
// a rule of WCAG 2.2 AA that axe knows, light or dark.
import { becomes, browserFor, checkAccess, must } from './browser.mjs';
import { newId, newTraceId, put } from './traces.mjs';

const [base, out] = process.argv.slice(2);
if (base === undefined || out === undefined) {
  console.error('usage: node e2e/admin.e2e.mjs BASE_URL OUT_DIR');
  process.exit(2);
}
const { problems, look, run } = browserFor(base, out);

const param = (page, name) => new URL(page.url()).searchParams.get(name);

const call = async (path, body) => {
  const response = await fetch(`${base}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'User-Agent': 'rayscope-daemon/v1.2.3 xray-agent/xray-daemon/v1.2.3' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
};

/** A refusal is what a test is about: the browser's word for it is no problem. */
const forgive = (status) => {
  for (let i = problems.length - 1; i >= 0; i -= 1) if (problems[i].includes(`status of ${status}`)) problems.splice(i, 1);
};

/** Requests to a shop whose stock fails for the plan gold: an insight's service with its callers. */
const traffic = () =>
  Array.from({ length: 60 }, (_, i) => {
    const at = Date.now() / 1000 - 600 + i * 5;
    const trace_id = newTraceId(at);
    const [root, call_] = [newId(), newId()];
    const plan = ['free', 'gold', 'team'][i % 3];
    const fails = plan === 'gold' && i % 2 === 0;
    const http = { request: { method: 'POST', url: `https://shop.example.com/orders/${i}` }, response: { status: fails ? 502 : 200 } };
    return [
      { trace_id, id: root, name: 'shop', start_time: at, end_time: at + 0.2, fault: fails, http, annotations: { plan }, subsegments: [{ id: call_, name: 'stock', namespace: 'remote', start_time: at + 0.01, end_time: at + 0.15, fault: fails }] },
      { trace_id, id: newId(), parent_id: call_, name: 'stock', origin: 'AWS::EC2::Instance', start_time: at + 0.02, end_time: at + 0.14, fault: fails },
    ];
  }).flat();

const report = (RuleName, RequestCount, SampledCount) => ({ RuleName, ClientID: '7f3a0c19d5e24b6880aa91c2', Timestamp: Date.now() / 1000, RequestCount, SampledCount, BorrowCount: 1 });

const telemetry = (i, more = {}) => ({ Timestamp: Date.now() / 1000 - (15 - i) * 60, SegmentsReceivedCount: 900 + 120 * Math.sin(i), SegmentsSentCount: 880 + 120 * Math.sin(i), ...more });

const prepare = async () => {
  await put(base, traffic());
  await call('/SamplingTargets', { SamplingStatisticsDocuments: [report('Default', 120, 12)] });
  const whole = ({ SegmentsReceivedCount, SegmentsSentCount, ...rest }) => ({ ...rest, SegmentsReceivedCount: Math.round(SegmentsReceivedCount), SegmentsSentCount: Math.round(SegmentsSentCount) });
  await call('/TelemetryRecords', { Hostname: 'node-7.example.com', EC2InstanceId: 'i-0abc1234def567890', TelemetryRecords: Array.from({ length: 15 }, (_, i) => whole(telemetry(i, i === 9 ? { SegmentsSpilloverCount: 40, BackendConnectionErrors: { TimeoutCount: 3 } } : {}))) });
};

const editor = (page, name) => page.getByRole('form', { name });
const says = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor();
const rowOf = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name, exact: true }) });

const tests = {
  'insights are listed, narrowed and opened': async (page) => {
    await page.goto(`${base}/insights`);
    const table = page.getByRole('region', { name: 'Insights' });
    await table.getByRole('link').first().waitFor();
    await look(page, 'insights');
    const all = await table.getByRole('link').count();
    await page.getByRole('button', { name: 'Going on' }).click();
    await becomes(page, async () => param(page, 'phase') === 'active' && (await table.getByRole('link').count()) < all, 'the list was not narrowed to what goes on');
    await table.getByRole('link').first().click();
    await page.getByRole('heading', { level: 1, name: /Faults of stock/ }).waitFor();
    await page.getByRole('region', { name: 'Requests of clients' }).getByText('14 of 400 requests failed (4 %).').waitFor();
    await page.getByRole('group', { name: 'Services that the insight touched' }).getByRole('button', { name: /^shop/ }).first().waitFor();
    must((await page.getByRole('list', { name: 'Events, the newest first' }).getByRole('listitem').count()) > 1, 'the insight has no events');
    await page.waitForTimeout(500);
    await look(page, 'insight');
    await page.getByRole('link', { name: 'its traces with a fault' }).click();
    await page.waitForURL(/\/traces\?/);
    must(param(page, 'filter') === 'fault AND service("stock")', `the filter is ${param(page, 'filter')}`);
  },

  'without insights the page teaches': async (page) => {
    await page.goto(`${base}/groups`);
    await call('/CreateGroup', { GroupName: 'quiet', FilterExpression: 'service("nobody")' });
    await page.goto(`${base}/insights?group=quiet&days=30`);
    await page.getByRole('heading', { name: 'There are no insights' }).waitFor();
    await look(page, 'insights-none');
    await page.goto(`${base}/insights/5b0f6c1e-8a2d-4c37-9e51-ffffffffffff`);
    await page.getByText(/Insight not found/).waitFor();
    forgive(400);
    await call('/DeleteGroup', { GroupName: 'quiet' });
  },

  'a group is created with a preview, changed and deleted': async (page) => {
    await page.goto(`${base}/groups`);
    await page.getByRole('button', { name: 'New group' }).click();
    await becomes(page, () => param(page, 'new') === '1', 'the URL does not hold the form');
    const form = editor(page, 'New group');
    await form.getByRole('textbox', { name: 'Name' }).fill('no blanks allowed');
    const box = form.getByRole('textbox', { name: 'Requests that belong to it' });
    await box.click();
    await page.keyboard.type('annotation.plan = ');
    await form.getByText(/At character/).first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type('"gold"');
    await form.getByText(/it matches 20 traces, 33 % of all/).waitFor();
    must((await form.getByRole('list', { name: 'Example traces' }).getByRole('link').count()) === 5, 'the preview does not show five traces');
    await form.getByRole('button', { name: 'Add a tag' }).click();
    await form.getByRole('textbox', { name: 'Tags Key' }).fill('team');
    await form.getByRole('textbox', { name: 'Tags Value' }).fill('shop');
    await look(page, 'group-form');
    await form.getByRole('button', { name: 'Create the group' }).click();
    await form.getByText(/has a character that is not allowed/).waitFor();
    forgive(400);
    await form.getByRole('textbox', { name: 'Name' }).fill('gold');
    await page.keyboard.press('Enter');
    await says(page, 'Group gold was created.');
    await rowOf(page, 'gold').getByText('20 traces, 33 % of all').waitFor();
    await look(page, 'groups');

    await page.getByRole('button', { name: 'Edit group gold' }).click();
    const change = editor(page, 'Group gold');
    must((await change.getByRole('textbox', { name: 'Tags Value' }).inputValue()) === 'shop', 'the tag was lost');
    await page.reload();
    await change.getByRole('checkbox', { name: 'Insights for this group' }).check();
    await change.getByRole('textbox', { name: 'Tags Value' }).fill('payments');
    await change.getByRole('button', { name: 'Save the group' }).click();
    await says(page, 'Group gold was changed.');
    await rowOf(page, 'gold').getByText('On', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Traces of group gold' }).click();
    await page.waitForURL(/\/traces\?.*group=gold/);
    await page.goBack();
    await page.getByRole('button', { name: 'Delete group gold' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete group gold?' });
    await checkAccess(page, 'the question before a deletion');
    await dialog.getByRole('button', { name: 'Delete gold' }).click();
    await says(page, 'Group gold was deleted.');
    must((await rowOf(page, 'gold').count()) === 0, 'the group is still listed');
  },

  'a sampling rule is created, tried, changed and deleted': async (page) => {
    await page.goto(`${base}/sampling`);
    await rowOf(page, 'Default').getByText('120 matched', { exact: false }).waitFor();
    must((await page.getByRole('button', { name: 'Delete rule Default' }).count()) === 0, 'the rule Default can be deleted');
    await page.getByRole('button', { name: 'New rule' }).click();
    const form = editor(page, 'New sampling rule');
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('orders');
    await form.getByRole('textbox', { name: 'Priority' }).fill('0');
    await form.getByRole('textbox', { name: /^Reservoir/ }).fill('5');
    await form.getByRole('textbox', { name: /^Rate/ }).fill('ten');
    await form.getByRole('textbox', { name: 'Method' }).fill('POST');
    await form.getByRole('textbox', { name: 'Path' }).fill('/orders/*');
    await form.getByRole('button', { name: 'Create the rule' }).click();
    await form.getByText('Write a number from 0 to 100').waitFor();
    await form.getByRole('textbox', { name: /^Rate/ }).fill('10');
    await form.getByRole('button', { name: 'Create the rule' }).click();
    await form.getByText(/Priority is 0; it must be from 1 to 9999/).waitFor();
    forgive(400);
    await form.getByRole('checkbox', { name: 'Raise the rate while requests go wrong' }).check();
    await look(page, 'rule-form');
    await form.getByRole('textbox', { name: 'Priority' }).fill('100');
    await form.getByRole('button', { name: 'Create the rule' }).click();
    await says(page, 'Rule orders was created.');
    const tester = page.getByRole('region', { name: 'Would this request match?' });
    await tester.getByRole('textbox', { name: 'Method' }).fill('get');
    await tester.getByRole('textbox', { name: 'Path' }).fill('/orders/17');
    await tester.getByText('Rule Default decides.').waitFor();
    await tester.getByText('the method get is not like POST', { exact: false }).waitFor();
    await tester.getByRole('textbox', { name: 'Method' }).fill('post');
    await tester.getByRole('textbox', { name: 'Such requests per second' }).fill('45');
    await tester.getByText('Rule orders decides.').waitFor();
    await tester.getByText('Of 45/s it keeps about 9/s', { exact: false }).waitFor();
    await page.reload();
    await tester.getByText('Rule orders decides.').waitFor();
    await call('/SamplingTargets', { SamplingStatisticsDocuments: [report('orders', 400, 44)] });
    await rowOf(page, 'orders').getByText('400 matched', { exact: false }).waitFor({ timeout: 30_000 });
    await look(page, 'sampling');
    await page.getByRole('button', { name: 'Edit rule orders' }).click();
    const change = editor(page, 'Sampling rule orders');
    await change.getByRole('textbox', { name: /^Rate/ }).fill('7');
    await change.getByRole('checkbox', { name: 'Raise the rate while requests go wrong' }).uncheck();
    await page.keyboard.press('Tab');
    await change.getByRole('button', { name: 'Save the rule' }).click();
    await says(page, 'Rule orders was changed.');
    await rowOf(page, 'orders').getByText('the first 5 each second, then 7 % of the rest', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Edit rule Default' }).click();
    const fallback = editor(page, 'Sampling rule Default');
    must((await fallback.getByRole('textbox').count()) === 2, 'more than two fields of the rule Default can be changed');
    await fallback.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete rule orders' }).click();
    await page.getByRole('dialog', { name: 'Delete sampling rule orders?' }).getByRole('button', { name: 'Delete orders' }).click();
    await says(page, 'Rule orders was deleted.');
  },

  'settings are shown and changed': async (page) => {
    await page.goto(`${base}/settings`);
    const daemons = page.getByRole('region', { name: 'Daemons' });
    await daemons.getByText('rayscope-daemon v1.2.3').waitFor();
    await daemons.getByText('40 dropped for want of room', { exact: false }).waitFor();
    await daemons.getByText('3 calls got no answer in time').waitFor();
    await page.getByRole('region', { name: 'Storage' }).getByText('Kept for').waitFor();
    const policies = page.getByRole('region', { name: 'Resource policies' });
    await policies.getByRole('button', { name: 'New policy' }).click();
    const form = editor(page, 'New resource policy');
    await form.getByRole('textbox', { name: 'Name' }).fill('topics');
    await form.getByRole('textbox', { name: 'Policy document' }).fill('{"Version":');
    await form.getByText(/This is not JSON/).waitFor();
    await form.getByRole('textbox', { name: 'Policy document' }).fill('');
    await form.getByRole('button', { name: 'Begin with an example' }).click();
    await look(page, 'policy-form');
    await form.getByRole('button', { name: 'Create the policy' }).click();
    await says(page, 'Policy topics was created.');
    await policies.getByRole('button', { name: 'Document of policy topics' }).click();
    await policies.getByText('TopicsMayTrace').waitFor();

    const encryption = page.getByRole('region', { name: 'Encryption' });
    await encryption.getByText('are not encrypted').waitFor();
    await encryption.getByRole('button', { name: 'Change the encryption' }).click();
    await encryption.getByRole('radio', { name: /^Encrypt documents/ }).check();
    await look(page, 'encryption-form');
    await encryption.getByRole('button', { name: 'Save the encryption' }).click();
    await page.getByRole('dialog', { name: 'Encrypt documents from now on?' }).getByRole('button', { name: 'Encrypt documents' }).click();
    await encryption.getByText('are encrypted', { exact: true }).waitFor();

    const indexing = page.getByRole('region', { name: 'Indexing' });
    await indexing.getByRole('textbox').fill('101');
    await page.keyboard.press('Enter');
    await indexing.getByText(/0 to 100 is allowed/).waitFor();
    forgive(400);
    await indexing.getByRole('textbox').fill('50');
    await page.keyboard.press('Enter');
    await says(page, 'The indexing rule was changed.');
    await page.getByRole('radio', { name: 'CloudWatch Logs' }).check();
    await says(page, 'The destination was changed.');
    await look(page, 'settings');
    await policies.getByRole('button', { name: 'Delete policy topics' }).click();
    await page.getByRole('dialog', { name: 'Delete resource policy topics?' }).getByRole('button', { name: 'Delete topics' }).click();
    await says(page, 'Policy topics was deleted.');
  },
};

await prepare();
process.exit(await run(tests));
