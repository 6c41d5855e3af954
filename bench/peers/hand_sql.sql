-- What an expert would write by hand for this one scheme: a narrow table of facts, one branch a kind of record, two windows
-- for the caps. Leaves `point` (what each record costs, and what a cap or another measure for the same act took off).
-- Variables: as_of, known_at. Views: record, unit.
CREATE TEMP TABLE fact AS
WITH standing AS (
  SELECT record_id, kind, unit_code, unit_name_key, document_key, about_key, decided_on, occurred_on, final_on, sampled_on,
    received_on, listed_on, removed_on, awarded_on, signed_on, valid_from, valid_to, due_on, filed_on, accepted_on, checked_on,
    period_to, done_on, act, categories, order_category, behaviour, fine, damages, offence, final, medium, compliant, exceedance,
    discharged, quota, waste_check_result, complete, networked, falsified, planned, done, kept, signed_by, verified, level,
    certificate, list_name, incident_level, responsible
  FROM record
  WHERE recorded_at <= getvariable('known_at')
    AND kind <> 'permit'
    AND (kind IN ('listing', 'certification', 'cleaner_production_audit')   -- of the others nothing counts after 36 months
      OR coalesce(decided_on, occurred_on, final_on, sampled_on, received_on, awarded_on, signed_on, due_on, checked_on, period_to,
        done_on) + INTERVAL 36 MONTH >= getvariable('as_of'))
    AND (kind <> 'monitoring' OR NOT compliant)
    AND record_id NOT IN (SELECT replaces FROM record WHERE replaces <> '' AND recorded_at <= getvariable('known_at'))
)
SELECT coalesce(by_code.unit_id, by_name.unit_id) AS unit_id, standing.* EXCLUDE (unit_code, unit_name_key)
FROM standing
LEFT JOIN unit AS by_code ON standing.unit_code = by_code.uscc
LEFT JOIN unit AS by_name ON standing.unit_code = '' AND standing.unit_name_key = by_name.name
WHERE coalesce(by_code.unit_id, by_name.unit_id) IS NOT NULL;

CREATE TEMP TABLE measure AS   -- penalties and orders, with what became of them
WITH later AS (
  SELECT unit_id, about_key,
    min(done_on) FILTER (kind = 'rectification') AS rectified_on,
    bool_or(kind = 'revocation') AS revoked
  FROM fact
  WHERE (kind = 'rectification' AND done_on <= getvariable('as_of')) OR (kind = 'revocation' AND decided_on <= getvariable('as_of'))
  GROUP BY ALL
)
SELECT fact.*, later.rectified_on
FROM fact LEFT JOIN later ON fact.unit_id = later.unit_id AND fact.document_key = later.about_key
WHERE kind IN ('penalty', 'order') AND later.revoked IS DISTINCT FROM true AND decided_on <= getvariable('as_of');

CREATE TEMP TABLE charge AS   -- one row a record and rule that holds on the day; `place` numbers the rules of one act
WITH by_act AS (
  SELECT unit_id, record_id, decided_on AS since, coalesce(nullif(act, ''), record_id) AS act, unnest([
    {place: 1, rule: 'warning', lasts: 12, points: CASE WHEN categories IN ('|warning|', '|public_criticism|',
      '|warning|public_criticism|') THEN 1 END},
    {place: 2, rule: 'fine', lasts: if(rectified_on IS NULL, 24, 12), points: CASE WHEN contains(categories, '|fine|') THEN CASE
      WHEN fine < 1000000 THEN 1 WHEN fine < 2000000 THEN 2 WHEN fine < 5000000 THEN 3 WHEN fine < 10000000 THEN 5
      WHEN fine < 20000000 THEN 8 WHEN fine < 50000000 THEN 12 WHEN fine < 100000000 THEN 16 ELSE 20 END END},
    {place: 3, rule: 'confiscation', lasts: 12, points: CASE WHEN contains(categories, '|confiscation_of_gains|')
      OR contains(categories, '|confiscation_of_property|') THEN 6 END},
    {place: 4, rule: 'business_restricted', lasts: if(rectified_on IS NULL, 24, 12), points: CASE
      WHEN contains(categories, '|permit_suspended|') OR contains(categories, '|qualification_lowered|')
      OR contains(categories, '|operations_restricted|') OR contains(categories, '|suspension|') THEN 20 END}
  ], recursive := true)
  FROM measure WHERE kind = 'penalty'
  UNION ALL
  SELECT unit_id, record_id, decided_on, coalesce(nullif(act, ''), record_id), 5, 'order_to_correct', 12, 2
  FROM measure WHERE kind = 'order' AND order_category IN ('correct', 'correct_by')
  UNION ALL
  SELECT unit_id, record_id, decided_on, coalesce(nullif(act, ''), record_id), 6, 'order_to_stop',
    if(rectified_on IS NULL, 12, 6), CASE order_category WHEN 'restore' THEN 3 WHEN 'restrict_production' THEN 6
      WHEN 'seize' THEN 6 WHEN 'stop_construction' THEN 8 WHEN 'stop_production' THEN 12 END
  FROM measure
  WHERE kind = 'order' AND order_category IN ('restore', 'restrict_production', 'seize', 'stop_construction', 'stop_production')
), highest AS (
  SELECT *, row_number() OVER (PARTITION BY unit_id, act ORDER BY points DESC, since, record_id, place) AS rank
  FROM by_act
  WHERE points IS NOT NULL AND since + to_months(lasts) >= getvariable('as_of')
)
SELECT unit_id, rule, 'enforcement' AS part, -1 AS sign, record_id, since, since AS counts_from,
  CAST(points AS BIGINT) AS raw, CASE WHEN rank = 1 THEN CAST(points AS BIGINT) END AS points,
  CASE rule WHEN 'fine' THEN 24 WHEN 'order_to_correct' THEN 4 END AS cap
FROM highest
UNION ALL
SELECT unit_id, rule, part, sign, record_id, since, counts_from, points, points, cap FROM (
  SELECT unit_id, record_id, 'supervised_case' AS rule, 'enforcement' AS part, -1 AS sign, listed_on AS since,
    listed_on AS counts_from, removed_on - 1 AS counts_to, CAST(NULL AS BIGINT) AS cap, CAST(CASE level WHEN 'national' THEN 15
      WHEN 'provincial' THEN 10 WHEN 'city' THEN 6 WHEN 'county' THEN 4 END AS BIGINT) AS points
  FROM fact WHERE kind = 'listing' AND list_name = 'supervised_case'
  UNION ALL
  SELECT unit_id, record_id, 'positive_list', 'merit', 1, listed_on, listed_on, removed_on - 1, 2, 2
  FROM fact WHERE kind = 'listing' AND list_name = 'positive_list'
  UNION ALL
  SELECT unit_id, record_id, 'damage_liability', 'enforcement', -1, final_on, final_on, final_on + INTERVAL 24 MONTH, NULL,
    CASE WHEN damages < 50000000 THEN 6 WHEN damages < 200000000 THEN 9 ELSE 12 END
  FROM fact WHERE kind = 'judgment' AND offence = 'civil_damage' AND final
  UNION ALL
  SELECT unit_id, record_id, 'interview', 'enforcement', -1, occurred_on, occurred_on, occurred_on + INTERVAL 6 MONTH, 4, 2
  FROM fact WHERE kind = 'interview'
  UNION ALL
  SELECT unit_id, record_id, medium || '_over_limit', 'pollution', -1, sampled_on, sampled_on, sampled_on + INTERVAL 12 MONTH, 8,
    CASE WHEN exceedance < 100000 THEN 1 WHEN exceedance < 500000 THEN 2 WHEN exceedance < 1000000 THEN 3
      WHEN exceedance < 2000000 THEN 4 WHEN exceedance < 5000000 THEN 6 ELSE 8 END
  FROM fact WHERE kind = 'monitoring' AND medium IN ('water', 'air') AND exceedance IS NOT NULL
  UNION ALL
  SELECT unit_id, record_id, 'noise_over_limit', 'pollution', -1, sampled_on, sampled_on, sampled_on + INTERVAL 12 MONTH, 6, 2
  FROM fact WHERE kind = 'monitoring' AND medium = 'noise'
  UNION ALL
  SELECT unit_id, record_id, 'quota_exceeded', 'pollution', -1, period_to, period_to, period_to + INTERVAL 12 MONTH, NULL,
    CASE WHEN discharged * 100 < quota * 110 THEN 4 WHEN discharged * 100 < quota * 150 THEN 6 ELSE 8 END
  FROM fact WHERE kind = 'discharge_total' AND discharged > quota AND quota > 0
  UNION ALL
  SELECT unit_id, record_id, 'waste_check_failed', 'pollution', -1, checked_on, checked_on, checked_on + INTERVAL 12 MONTH, 6,
    CASE waste_check_result WHEN 'basic' THEN 2 ELSE 6 END
  FROM fact WHERE kind = 'hazardous_waste_check' AND waste_check_result IN ('basic', 'failed')
  UNION ALL
  SELECT unit_id, record_id, unnest(list_filter([
      if(filed_on > due_on, 'disclosed_late', NULL), if(filed_on IS NOT NULL AND NOT complete, 'disclosed_incompletely', NULL)
    ], lambda rule: rule IS NOT NULL)), 'management', -1, due_on, due_on, due_on + INTERVAL 12 MONTH, 3, 1
  FROM fact WHERE kind = 'disclosure' AND filed_on IS NOT NULL
  UNION ALL
  SELECT unit_id, record_id, 'not_disclosed', 'management', -1, due_on, due_on, due_on + INTERVAL 12 MONTH, 6, 3
  FROM fact WHERE kind = 'disclosure' AND filed_on IS NULL AND due_on + 30 < getvariable('as_of')
  UNION ALL
  SELECT unit_id, record_id, 'not_networked', 'management', -1, checked_on, checked_on, checked_on + INTERVAL 12 MONTH, 3, 3
  FROM fact WHERE kind = 'self_monitoring' AND NOT networked
  UNION ALL
  SELECT unit_id, record_id, 'few_measurements', 'management', -1, checked_on, checked_on, checked_on + INTERVAL 12 MONTH, 3, 1
  FROM fact WHERE kind = 'self_monitoring' AND done < planned
  UNION ALL
  SELECT unit_id, record_id, 'commitment_broken', 'management', -1, signed_on, signed_on, signed_on + INTERVAL 24 MONTH, 6, 3
  FROM fact WHERE kind = 'commitment' AND NOT kept
  UNION ALL
  SELECT unit_id, record_id, 'commitment_kept', 'merit', 1, signed_on, signed_on, signed_on + INTERVAL 24 MONTH, 2, 2
  FROM fact WHERE kind = 'commitment' AND kept AND signed_by = 'head_of_unit'
  UNION ALL
  SELECT unit_id, record_id, 'verified_complaint', 'management', -1, received_on, received_on, received_on + INTERVAL 12 MONTH, 2, 1
  FROM fact WHERE kind = 'complaint' AND verified
  UNION ALL
  SELECT unit_id, record_id, 'cleaner_production_overdue', 'management', -1, due_on, due_on + 1, accepted_on - 1, 4, 4
  FROM fact WHERE kind = 'cleaner_production_audit'
  UNION ALL
  SELECT unit_id, record_id, 'commendation', 'merit', 1, awarded_on, awarded_on, awarded_on + INTERVAL 12 MONTH, 6,
    CASE level WHEN 'national' THEN 6 WHEN 'provincial' THEN 4 WHEN 'city' THEN 2 ELSE 1 END
  FROM fact WHERE kind = 'commendation'
  UNION ALL
  SELECT unit_id, record_id, CASE certificate WHEN 'iso14001' THEN 'management_system' WHEN 'green_factory' THEN 'green_factory'
      ELSE 'deep_treatment' END, 'merit', 1, valid_from, valid_from, valid_to,
    CASE certificate WHEN 'iso14001' THEN 2 WHEN 'green_factory' THEN 5 ELSE 3 END,
    CASE certificate WHEN 'iso14001' THEN 2 WHEN 'green_factory' THEN
      CASE level WHEN 'national' THEN 5 WHEN 'provincial' THEN 3 WHEN 'city' THEN 2 ELSE 1 END ELSE 3 END
  FROM fact WHERE kind = 'certification' AND certificate IN ('iso14001', 'green_factory', 'ultra_low_emission', 'deep_treatment')
) WHERE counts_from <= getvariable('as_of') AND (counts_to IS NULL OR counts_to >= getvariable('as_of'));

CREATE TEMP TABLE point AS
WITH ruled AS (
  SELECT *, CASE WHEN cap IS NULL THEN points ELSE greatest(least(points, cap - coalesce(sum(points) OVER (
    PARTITION BY unit_id, rule ORDER BY since, record_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)), 0) END AS let_in
  FROM charge WHERE points IS NOT NULL
), parted AS (
  SELECT *, CASE part WHEN 'pollution' THEN 12 WHEN 'management' THEN 8 WHEN 'merit' THEN 6 END AS part_cap,
    coalesce(sum(let_in) OVER (PARTITION BY unit_id, part ORDER BY counts_from, record_id, rule
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM ruled
), filled AS (
  SELECT *, CASE WHEN part_cap IS NULL THEN let_in ELSE greatest(least(let_in, part_cap - before), 0) END AS counted FROM parted
)
SELECT unit_id, rule, record_id, sign * raw AS raw, CAST(sign * counted AS BIGINT) AS counted,
  CASE WHEN counted < let_in THEN 'part_cap' WHEN let_in < points THEN 'cap' ELSE '' END AS why_less
FROM filled
UNION ALL
SELECT unit_id, 'often_penalised', '', points, points, '' FROM (
  SELECT unit_id, CASE WHEN count(*) < 5 THEN -4 ELSE -8 END AS points
  FROM measure
  WHERE kind = 'penalty' AND categories NOT IN ('|warning|', '|public_criticism|', '|warning|public_criticism|')
    AND decided_on + INTERVAL 12 MONTH >= getvariable('as_of')
  GROUP BY unit_id HAVING count(*) >= 3);

CREATE TEMP TABLE answer AS   -- ranks: 1 green, 2 blue, 3 yellow, 4 red, 5 black; the worst of score, limits and vetoes stands
WITH step AS (
  SELECT unit_id, max(CASE
    WHEN kind = 'judgment' AND final AND offence IN ('environmental_pollution', 'illegal_waste_import', 'false_certification')
      AND final_on <= getvariable('as_of') AND final_on + INTERVAL 36 MONTH >= getvariable('as_of') THEN 5
    WHEN kind = 'self_monitoring' AND falsified
      AND checked_on <= getvariable('as_of') AND checked_on + INTERVAL 24 MONTH >= getvariable('as_of') THEN 5
    WHEN kind = 'incident' AND responsible AND incident_level IN ('considerable', 'major', 'especially_major')
      AND occurred_on <= getvariable('as_of') AND occurred_on + INTERVAL 36 MONTH >= getvariable('as_of') THEN 5
    WHEN kind = 'listing' AND list_name IN ('serious_dishonesty', 'environmental_blacklist')
      AND listed_on <= getvariable('as_of') AND coalesce(removed_on > getvariable('as_of'), true) THEN 5
    WHEN kind = 'detention'
      AND decided_on <= getvariable('as_of') AND decided_on + INTERVAL 12 MONTH >= getvariable('as_of') THEN 4
    WHEN kind = 'hazardous_waste_check' AND waste_check_result = 'failed'
      AND checked_on <= getvariable('as_of') AND checked_on + INTERVAL 12 MONTH >= getvariable('as_of') THEN 3
  END) AS rank FROM fact WHERE kind IN ('judgment', 'self_monitoring', 'incident', 'listing', 'detention', 'hazardous_waste_check')
  GROUP BY ALL
  UNION ALL
  SELECT unit_id, max(CASE
    WHEN behaviour = 'hidden_pipe' AND decided_on + INTERVAL 12 MONTH >= getvariable('as_of') THEN 5
    WHEN behaviour = 'hazardous_waste_dumping' AND decided_on + INTERVAL 24 MONTH >= getvariable('as_of') THEN 5
    WHEN behaviour = 'no_permit' AND decided_on + INTERVAL 12 MONTH >= getvariable('as_of')
      AND coalesce(rectified_on > decided_on + 90, true) THEN 4
    WHEN contains(categories, '|fine|') AND fine >= 50000000 AND decided_on + INTERVAL 24 MONTH >= getvariable('as_of') THEN 2
  END) FROM measure WHERE kind = 'penalty' GROUP BY ALL
  UNION ALL
  SELECT unit_id, 3 FROM point WHERE rule = 'often_penalised'
), worst AS (SELECT unit_id, max(rank) AS rank FROM step GROUP BY ALL),
total AS (SELECT unit_id, CAST(sum(counted) AS BIGINT) AS change FROM point GROUP BY ALL),
scored AS (
  SELECT unit_id, status, worst.rank AS worst, greatest(least(80 + coalesce(change, 0), 100), 0) AS score
  FROM unit LEFT JOIN total USING (unit_id) LEFT JOIN worst USING (unit_id)
)
SELECT unit_id,
  CASE WHEN status <> 'closed' THEN score END AS score,
  CASE WHEN status = 'closed' THEN '' ELSE ['green', 'blue', 'yellow', 'red', 'black'][greatest(coalesce(worst, 1), CASE
    WHEN score >= 82 THEN 1 WHEN score >= 72 THEN 2 WHEN score >= 60 THEN 3 WHEN score >= 40 THEN 4 ELSE 5 END)] END AS grade
FROM scored;
