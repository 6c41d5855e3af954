// One act once (the dearest measure), then the caps of rules, then those of parts; then the grade. Charges come by day and record.
const ACTS = ['warning', 'fine', 'confiscation', 'business_restricted', 'order_to_correct', 'order_to_stop'];
const CAPS = {
  fine: 24, order_to_correct: 4, interview: 4, water_over_limit: 8, air_over_limit: 8, noise_over_limit: 6, waste_check_failed: 6,
  disclosed_late: 3, not_disclosed: 6, disclosed_incompletely: 3, not_networked: 3, few_measurements: 3, commitment_broken: 6,
  verified_complaint: 2, cleaner_production_overdue: 4, commendation: 6, management_system: 2, green_factory: 5, deep_treatment: 3,
  commitment_kept: 2, positive_list: 2,
};
const PARTS = {
  pollution: [12, ['water_over_limit', 'air_over_limit', 'noise_over_limit', 'quota_exceeded', 'waste_check_failed']],
  management: [8, ['disclosed_late', 'not_disclosed', 'disclosed_incompletely', 'not_networked', 'few_measurements',
    'commitment_broken', 'verified_complaint', 'cleaner_production_overdue']],
  merit: [6, ['commendation', 'management_system', 'green_factory', 'deep_treatment', 'commitment_kept', 'positive_list']],
};
const GRADES = ['green', 'blue', 'yellow', 'red', 'black'];

export const handler = (input) => {
  if (input.status === 'closed') return { score: null, grade: '' };
  const sums = {}, acts = {};
  let rank = 1, penalties = 0;
  const first = (a, b) => a.points !== b.points ? a.points > b.points : a.since !== b.since ? a.since < b.since
    : a.id !== b.id ? a.id < b.id : ACTS.indexOf(a.rule) < ACTS.indexOf(b.rule);
  for (const charge of input.charges.flat()) {
    rank = Math.max(rank, charge.rank);
    if (charge.rule === 'penalties_in_a_year') penalties += 1;
    else if (ACTS.includes(charge.rule)) {
      if (!acts[charge.act] || first(charge, acts[charge.act])) acts[charge.act] = charge;
    } else sums[charge.rule] = (sums[charge.rule] || 0) + charge.points;
  }
  for (const charge of Object.values(acts)) sums[charge.rule] = (sums[charge.rule] || 0) + charge.points;
  for (const rule in sums) if (CAPS[rule] !== undefined) sums[rule] = Math.min(sums[rule], CAPS[rule]);
  let change = penalties >= 5 ? -8 : penalties >= 3 ? -4 : 0;
  for (const part in PARTS) {
    let total = 0;
    for (const rule of PARTS[part][1]) { total += sums[rule] || 0; delete sums[rule]; }
    change += Math.min(total, PARTS[part][0]) * (part === 'merit' ? 1 : -1);
  }
  for (const rule in sums) change -= sums[rule];
  const score = Math.max(0, Math.min(100, 80 + change));
  if (penalties >= 3) rank = Math.max(rank, 3);
  rank = Math.max(rank, score >= 82 ? 1 : score >= 72 ? 2 : score >= 60 ? 3 : score >= 40 ? 4 : 5);
  return { score, grade: GRADES[rank - 1] };
};
