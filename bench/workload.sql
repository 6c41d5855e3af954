-- A made-up workload. Every number is drawn from the row's own number and a salt by integer arithmetic, so that the same
-- workload comes out on every machine. Parameters: units, records (set as variables before).
CREATE OR REPLACE MACRO mixed(i, salt) AS (i * 1103515245 + CAST(salt AS BIGINT) * 715225739 + 20260101) % 2147483647;
CREATE OR REPLACE MACRO draw(i, salt) AS (((mixed(i, salt) * mixed(i, salt)) % 2147483647) * 48271) % 2147483647;
CREATE OR REPLACE MACRO pick(i, salt, options) AS options[1 + draw(i, salt) % len(options)];
CREATE OR REPLACE MACRO is_drawn(i, salt, in_thousand) AS draw(i, salt) % 1000 < in_thousand;

-- GB 32100: nine characters of the organisation code with its check, then the check character of the whole.
CREATE OR REPLACE MACRO letter(place) AS substr('0123456789ABCDEFGHJKLMNPQRTUWXY', CAST(place + 1 AS INTEGER), 1);
CREATE OR REPLACE MACRO weighed(code, weights) AS
  list_sum([(instr('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, k, 1)) - 1) * weights[k] for k in range(1, len(weights) + 1)]);
CREATE OR REPLACE MACRO organisation(digits) AS
  digits || substr('0X987654321', CAST(weighed(digits, [3, 7, 9, 10, 5, 8, 4, 2]) % 11 + 1 AS INTEGER), 1);
CREATE OR REPLACE MACRO unified(body) AS body || letter(
  (31 - weighed(body, [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]) % 31) % 31);

CREATE OR REPLACE TABLE unit AS
SELECT
  i AS unit_no,
  'U' || lpad(CAST(i AS VARCHAR), 8, '0') AS unit_id,
  '样例第' || i || '号制造有限公司' AS name,
  unified('91431000' || organisation(lpad(CAST(10000000 + i AS VARCHAR), 8, '0'))) AS uscc,
  'enterprise' AS unit_type,
  '431' || lpad(CAST(draw(i, 1) % 12 + 1 AS VARCHAR), 3, '0') AS region,
  pick(i, 2, ['C2511', 'C2631', 'C3011', 'C3130', 'C4411', 'D4620']) AS industry,
  pick(i, 3, ['key', 'simplified', 'simplified', 'registered']) AS permit_class,
  CASE WHEN is_drawn(i, 4, 20) THEN 'closed' WHEN is_drawn(i, 5, 30) THEN 'stopped' ELSE 'operating' END AS status,
  DATE '2018-01-01' + CAST(draw(i, 6) % 1500 AS INTEGER) AS enrolled_on
FROM range(getvariable('units')) AS numbers(i);

-- Records 1 to `primary`: 20 % of them speak of the first 1 % of the units.
SET VARIABLE corrections = getvariable('records') // 200;
SET VARIABLE revocations = getvariable('records') // 200;
SET VARIABLE rectifications = getvariable('records') // 12;
SET VARIABLE primary_records =
  getvariable('records') - getvariable('corrections') - getvariable('revocations') - getvariable('rectifications');
SET VARIABLE busy = greatest(getvariable('units') // 100, 1);

CREATE OR REPLACE TABLE started AS
SELECT
  i,
  CASE
    WHEN draw(i, 11) % 100 < 20 THEN draw(i, 12) % getvariable('busy')
    ELSE getvariable('busy') + draw(i, 12) % (getvariable('units') - getvariable('busy'))
  END AS unit_no,
  draw(i, 13) % 1000 AS of_thousand,
  DATE '2022-01-01' + CAST(draw(i, 14) % 1826 AS INTEGER) AS day
FROM range(1, getvariable('primary_records') + 1) AS numbers(i);

CREATE OR REPLACE TABLE primary_record AS
SELECT
  i, unit_no, day,
  CASE
    WHEN of_thousand < 470 THEN 'monitoring'
    WHEN of_thousand < 560 THEN 'complaint'
    WHEN of_thousand < 650 THEN 'disclosure'
    WHEN of_thousand < 730 THEN 'penalty'
    WHEN of_thousand < 810 THEN 'order'
    WHEN of_thousand < 860 THEN 'self_monitoring'
    WHEN of_thousand < 885 THEN 'hazardous_waste_check'
    WHEN of_thousand < 910 THEN 'certification'
    WHEN of_thousand < 935 THEN 'commitment'
    WHEN of_thousand < 945 THEN 'commendation'
    WHEN of_thousand < 970 THEN 'discharge_total'
    WHEN of_thousand < 975 THEN 'interview'
    WHEN of_thousand < 985 THEN 'cleaner_production_audit'
    WHEN of_thousand < 991 THEN 'listing'
    WHEN of_thousand < 993 THEN 'judgment'
    WHEN of_thousand < 996 THEN 'incident'
    WHEN of_thousand < 997 THEN 'detention'
    ELSE 'permit'
  END AS kind
FROM started;

-- One column for each attribute that the workload states; each is stated only for the kinds that have it.
CREATE OR REPLACE TABLE stated AS
SELECT
  i, unit_no, day, kind,
  NULL::VARCHAR AS replaced, NULL::VARCHAR AS about_number,
  CASE WHEN kind IN ('penalty', 'order', 'detention') THEN day END AS decided_on,
  CASE WHEN kind = 'monitoring' THEN day END AS sampled_on,
  CASE WHEN kind = 'complaint' THEN day END AS received_on,
  CASE WHEN kind = 'judgment' THEN day END AS final_on,
  CASE WHEN kind IN ('interview', 'incident') THEN day END AS occurred_on,
  CASE WHEN kind IN ('self_monitoring', 'hazardous_waste_check') THEN day END AS checked_on,
  CASE WHEN kind = 'commitment' THEN day END AS signed_on,
  CASE WHEN kind = 'commendation' THEN day END AS awarded_on,
  CASE WHEN kind = 'discharge_total' THEN day END AS period_to,
  CASE WHEN kind = 'permit' THEN day END AS issued_on,
  CASE WHEN kind = 'listing' THEN day END AS listed_on,
  CASE WHEN kind = 'certification' THEN day END AS valid_from,
  CASE WHEN kind = 'certification' THEN day + CAST(365 + draw(i, 21) % 1000 AS INTEGER) END AS valid_to,
  CASE WHEN kind IN ('disclosure', 'cleaner_production_audit') THEN day END AS due_on,
  CASE WHEN kind = 'disclosure' AND NOT is_drawn(i, 22, 50) THEN day - 20 + CAST(draw(i, 23) % 25 AS INTEGER) END AS filed_on,
  CASE WHEN kind = 'cleaner_production_audit' AND NOT is_drawn(i, 22, 300)
    THEN day - 100 + CAST(draw(i, 23) % 250 AS INTEGER) END AS accepted_on,
  CASE WHEN kind = 'listing' AND NOT is_drawn(i, 22, 300) THEN day + CAST(30 + draw(i, 23) % 700 AS INTEGER) END AS removed_on,
  NULL::DATE AS done_on,
  CASE WHEN kind IN ('penalty', 'order', 'judgment', 'detention', 'monitoring', 'listing', 'incident')
    THEN '示例市生态环境局' END AS authority,
  CASE WHEN kind IN ('penalty', 'order', 'judgment', 'detention', 'monitoring', 'listing', 'incident')
    THEN '示环字〔' || year(day) || '〕' || i || '号' END AS document_number,
  CASE WHEN kind IN ('penalty', 'order') AND NOT is_drawn(i, 24, 50)
    THEN 'A' || unit_no || '-' || (date_diff('day', DATE '2020-01-01', day) // 45) END AS act,
  CASE WHEN kind = 'penalty' THEN pick(i, 25, [
    '|warning|', '|warning|', '|warning|', '|public_criticism|', '|fine|', '|fine|', '|fine|', '|fine|', '|fine|', '|fine|',
    '|fine|', '|fine|', '|warning|fine|', '|warning|fine|', '|fine|confiscation_of_gains|', '|fine|confiscation_of_gains|',
    '|confiscation_of_property|', '|fine|suspension|', '|suspension|', '|permit_suspended|']) END AS categories,
  CASE WHEN kind = 'penalty' THEN (2000 * (1 << CAST(draw(i, 26) % 10 AS INTEGER)) + draw(i, 27) % 1000) * 100 END AS fine_drawn,
  CASE WHEN kind = 'order' THEN pick(i, 25, ['correct', 'correct', 'correct', 'correct_by', 'correct_by', 'correct_by',
    'restore', 'restrict_production', 'seize', 'stop_construction', 'stop_production', 'stop_violation']) END AS order_category,
  CASE WHEN kind IN ('penalty', 'order') THEN CASE
    WHEN is_drawn(i, 28, 3) THEN 'hidden_pipe' WHEN is_drawn(i, 29, 2) THEN 'hazardous_waste_dumping'
    WHEN is_drawn(i, 30, 15) THEN 'no_permit'
    ELSE pick(i, 31, ['air_exceedance', 'water_exceedance', 'facilities_idle', 'dust_not_controlled']) END END AS behaviour,
  CASE WHEN kind = 'monitoring' THEN pick(i, 25, ['water', 'water', 'air', 'air', 'noise']) END AS medium,
  CASE WHEN kind = 'monitoring' THEN pick(i, 26, ['DW001', 'DW002', 'DA001', 'DA002']) END AS outlet,
  CASE WHEN kind = 'monitoring' THEN pick(i, 27, ['COD', 'NH3-N', 'SO2', 'NOx']) WHEN kind = 'discharge_total' THEN 'COD' END
    AS pollutant,
  CASE WHEN kind = 'monitoring' THEN pick(i, 28, ['enforcement', 'supervisory', 'self', 'automatic']) END AS monitoring_type,
  CASE WHEN kind = 'monitoring' THEN NOT is_drawn(i, 29, 120) END AS compliant,
  CASE WHEN kind = 'monitoring' AND is_drawn(i, 29, 120) AND NOT is_drawn(i, 30, 100)
    THEN 15000 * (1 << CAST(draw(i, 31) % 10 AS INTEGER)) + draw(i, 32) % 10000 END AS exceedance,
  CASE WHEN kind = 'complaint' THEN is_drawn(i, 25, 400) END AS verified,
  CASE WHEN kind = 'disclosure' THEN NOT is_drawn(i, 25, 100) END AS complete,
  CASE WHEN kind = 'self_monitoring' THEN NOT is_drawn(i, 25, 80) END AS networked,
  CASE WHEN kind = 'self_monitoring' THEN is_drawn(i, 26, 8) END AS falsified,
  CASE WHEN kind = 'self_monitoring' THEN 12 END AS planned,
  CASE WHEN kind = 'self_monitoring' THEN 12 - CAST(is_drawn(i, 27, 150) AS INTEGER) * (1 + draw(i, 28) % 4) END AS done,
  CASE WHEN kind = 'hazardous_waste_check'
    THEN pick(i, 25, ['standard', 'standard', 'standard', 'standard', 'standard', 'basic', 'basic', 'failed']) END
    AS waste_check_result,
  CASE WHEN kind = 'certification'
    THEN pick(i, 25, ['iso14001', 'iso14001', 'green_factory', 'ultra_low_emission', 'deep_treatment', 'other']) END AS certificate,
  CASE WHEN kind IN ('certification', 'commendation', 'listing') THEN pick(i, 26, ['national', 'provincial', 'city', 'county']) END
    AS level,
  CASE WHEN kind = 'commitment' THEN pick(i, 25, ['head_of_unit', 'head_of_unit', 'other']) END AS signed_by,
  CASE WHEN kind = 'commitment' THEN NOT is_drawn(i, 26, 100) END AS kept,
  CASE WHEN kind = 'discharge_total' THEN (80 + draw(i, 25) % 90) * 1000000 END AS discharged,
  CASE WHEN kind = 'discharge_total' THEN (draw(i, 26) % 20 * 5 + 50) * 1000000 END AS quota,
  CASE WHEN kind = 'listing' THEN pick(i, 27, ['positive_list', 'positive_list', 'positive_list', 'supervised_case',
    'supervised_case', 'key_unit', 'serious_dishonesty', 'environmental_blacklist']) END AS list_name,
  CASE WHEN kind = 'judgment' THEN pick(i, 25, ['civil_damage', 'civil_damage', 'civil_damage', 'environmental_pollution']) END
    AS offence,
  CASE WHEN kind = 'judgment' THEN NOT is_drawn(i, 26, 100) END AS final,
  CASE WHEN kind = 'judgment' THEN (100000 + draw(i, 27) % 4000000) * 100 END AS damages,
  CASE WHEN kind = 'incident' THEN pick(i, 25, ['ordinary', 'ordinary', 'ordinary', 'considerable', 'major']) END AS incident_level,
  CASE WHEN kind = 'incident' THEN is_drawn(i, 26, 600) END AS responsible
FROM primary_record;

-- Later documents: what was put right, what was revoked, and what was entered anew under another amount.
CREATE OR REPLACE TABLE concerned AS
SELECT i, unit_no, decided_on, document_number, row_number() OVER (ORDER BY draw(i, 41), i) AS place
FROM stated WHERE kind IN ('penalty', 'order');

INSERT INTO stated BY NAME
SELECT
  getvariable('primary_records') + place AS i, unit_no, 'rectification' AS kind,
  least(decided_on + CAST(5 + draw(i, 42) % 300 AS INTEGER), DATE '2026-12-31') AS day,
  day AS done_on, document_number AS about_number
FROM concerned WHERE place <= getvariable('rectifications');

INSERT INTO stated BY NAME
SELECT
  getvariable('primary_records') + getvariable('rectifications') + row_number() OVER (ORDER BY place DESC) AS i, unit_no,
  'revocation' AS kind, least(decided_on + CAST(5 + draw(i, 43) % 300 AS INTEGER), DATE '2026-12-31') AS day,
  day AS decided_on, document_number AS about_number
FROM concerned QUALIFY row_number() OVER (ORDER BY place DESC) <= getvariable('revocations');

INSERT INTO stated BY NAME
SELECT * REPLACE (
  getvariable('records') - getvariable('corrections') + row_number() OVER (ORDER BY i) AS i,
  sha256('record ' || i) AS replaced,
  CASE WHEN kind = 'penalty' THEN fine_drawn * 2 END AS fine_drawn)
FROM stated WHERE kind IN ('penalty', 'monitoring')
QUALIFY row_number() OVER (ORDER BY draw(i, 44), i) <= getvariable('corrections');

-- The leading columns as an import writes them. 3 % of the records state no code, 1 % a name that no unit has.
CREATE OR REPLACE TABLE record AS
SELECT
  sha256('record ' || i) AS record_id,
  sha256('identity ' || i) AS identity,
  kind, 'native' AS source, '' AS file, '' AS sheet, i AS line,
  CASE WHEN replaced IS NULL THEN (year(day) - 2022) * 4 + quarter(day) - 1 ELSE 20 END AS batch_no,
  coalesce(replaced, '') AS replaces,
  CASE WHEN is_drawn(i, 51, 10) THEN '无此单位' || i ELSE unit.name END AS unit_name,
  CASE WHEN is_drawn(i, 51, 40) THEN '' ELSE unit.uscc END AS unit_code,
  unit_code AS unit_code_raw,
  '' AS unit_org_code,
  unit_name AS unit_name_key,
  CASE WHEN document_number IS NULL THEN '' ELSE coalesce(authority, '') || '|' || document_number END AS document_key,
  CASE WHEN about_number IS NULL THEN '' ELSE '示例市生态环境局|' || about_number END AS about_key,
  CASE WHEN about_number IS NOT NULL THEN '示例市生态环境局' END AS about_authority,
  CASE WHEN contains(categories, '|fine|') THEN fine_drawn END AS fine,
  stated.* EXCLUDE (i, unit_no, day, kind, replaced, fine_drawn)
FROM stated JOIN unit USING (unit_no);
