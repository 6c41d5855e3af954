-- Facts for engines that read no files and join no records: what stands, whose it is, when it was put right; revoked ones are out.
WITH standing AS (
  SELECT * FROM record
  WHERE recorded_at <= getvariable('known_at') AND kind <> 'permit' AND (kind <> 'monitoring' OR NOT compliant)
    AND record_id NOT IN (SELECT replaces FROM record WHERE replaces <> '' AND recorded_at <= getvariable('known_at'))
), attached AS (
  SELECT coalesce(by_code.unit_id, by_name.unit_id) AS owner, standing.*
  FROM standing
  LEFT JOIN unit AS by_code ON standing.unit_code = by_code.uscc
  LEFT JOIN unit AS by_name ON standing.unit_code = '' AND standing.unit_name_key = by_name.name
  WHERE coalesce(by_code.unit_id, by_name.unit_id) IS NOT NULL
), later AS (
  SELECT owner, about_key,
    min(done_on) FILTER (kind = 'rectification' AND done_on <= getvariable('as_of')) AS rectified_on,
    coalesce(bool_or(kind = 'revocation' AND decided_on <= getvariable('as_of')), false) AS revoked
  FROM attached WHERE kind IN ('rectification', 'revocation') GROUP BY ALL
)
SELECT
  attached.owner AS unit_id, record_id, kind,
  coalesce(decided_on, occurred_on, final_on, sampled_on, received_on, listed_on, awarded_on, signed_on, valid_from, due_on, checked_on,
    period_to) AS day,
  coalesce(nullif(act, ''), record_id) AS act,
  later.rectified_on, removed_on, valid_to, filed_on, accepted_on,
  categories, order_category, behaviour, fine, damages, offence, final, medium, exceedance, discharged, quota, waste_check_result,
  complete, networked, falsified, planned, done, kept, signed_by, verified, level, certificate, list_name, incident_level, responsible
FROM attached LEFT JOIN later
  ON attached.kind IN ('penalty', 'order') AND attached.owner = later.owner AND attached.document_key = later.about_key
WHERE kind NOT IN ('rectification', 'revocation') AND later.revoked IS DISTINCT FROM true
ORDER BY unit_id, day, record_id
