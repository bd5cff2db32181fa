"""Examples of the reference page.

Each is valid when it is added to the scenario that ``allocator init`` writes (template
`small`); the tests do just that.
"""

from __future__ import annotations

DOCUMENT = """\
format: allocator/1
name: {zh: 河畔街道, en: riverside}
currency: CNY
date: 2026-01-01
crs: local                  # or EPSG:4547 (metres), EPSG:4490 (degrees) …
catalogue: cn-community     # groups, services and needs come from here
tables:
  zones: zones.csv
  buildings:                # a register with the headers of the office that keeps it
    file: 台账.csv
    encoding: gb18030
    columns: {building_id: 编号, x: 横坐标, y: 纵坐标, gross_area_m2: 建筑面积}
    constants: {fire_resistance_class: 2, features: gas;water}
  spaces: {file: spaces.csv}
  demand: {file: demand.csv, constants: {need_id: lunch_elder}}
limits: {capital_budget: 900000}
"""

SECTIONS = {
    "Group": """\
groups:
  - {id: elder, name: {zh: 老人, en: Old people}, weight: 1.2, profile: slow}
""",
    "Service": """\
services:
  - id: reading
    name: {zh: 阅览室, en: Reading room}
    category: culture
    sharing: quiet
    m2_per_place: 3
    min_area_m2: 35
    max_area_m2: 150
    equipment_cost: 40000
    equipment_cost_per_place: 1000
    sessions: [{id: evening, days: mon-fri, hours: "18:30-21:00"}]
""",
    "Session": """\
services:
  - id: gym
    sessions:
      - {id: early, days: all, hours: ["06:00-07:00", "07:15-08:15"], turns: 2}
      - {id: late, when: "fri,sat 22:00-02:00; sun 20:00-23:00", m2_per_place: 4}
""",
    "Requirements": """\
services:
  - id: gym
    requires:
      any_of:
        - {min_floor: 1, max_floor: 3}
        - {min_floor: -1, max_floor: -1, max_fire_resistance_class: 2}
""",
    "Condition": """\
services:
  - id: home_help
    category: home_help
    m2_per_place: 8
    sessions: [{id: day, days: mon-sat, hours: "08:30-17:00", turns: 16}]
    requires: {max_floor: 2, step_free: true}     # one condition, without any_of
""",
    "Need": """\
needs:
  - id: dinner
    name: {zh: 晚餐, en: Dinner}
    tier: 2
    weight: 0.5
    groups: {elder: 0.03, adult: 0.01}
    visits_per_person_week: 5
    fee_per_visit: 12
    profile: slow
    accepts: [{service: canteen, max_walk_min: 12}]
""",
    "Acceptance": """\
needs:
  - id: lunch
    accepts:
      - {service: canteen, session: lunch, max_walk_min: 10}
      - {service: elder_day_care, max_walk_min: 5}
""",
    "CreditStep": """\
needs:
  - {id: lunch, credit: [{max_min: 5, share: 1}, {max_min: 10, share: 0.6}]}
""",
    "LinearCredit": """\
needs:
  - {id: exercise, credit: {full_min: 5, zero_min: 20}}
""",
    "AccessSection": """\
access: {mode: straight, detour: 1.4}
""",
    "Profile": """\
access: {profiles: {walk: {speed_m_per_min: 75}, wheelchair: {speed_m_per_min: 50}}}
""",
    "Streets": """\
access:
  mode: network
  streets: {file: streets.csv, columns: {class: kind}, snap_m: 80}
""",
    "Limits": """\
limits:
  capital_budget: 800000
  annual_budget: 450000
  floor_area_m2: 600
  buildings: 2
  reserve_share: 0.1
""",
    "DistrictLimits": """\
limits: {by_district: {D1: {capital_budget: 500000, buildings: 2}}}
""",
    "Rules": """\
rules:
  incompatible: [{services: [gym, elder_day_care], when: same_slot}]
""",
    "CoverageFloor": """\
rules:
  coverage_floor: {total: 0.2, needs: {lunch: {persons: 30}}, communities: {lunch: 0.1}}
""",
    "FloorTarget": """\
rules: {coverage_floor: {needs: {lunch: {share: 0.3}, exercise: 0.2}}}
""",
    "CommunityFloor": """\
rules: {coverage_floor: {communities: {lunch: {share: 0.2, by_id: {C2: 0.4}}}}}
""",
    "ChangeOver": """\
rules:
  change_over_min:
    - {id: tidy, services: [canteen, after_school], minutes: 45}
    - {from: canteen, to: after_school, minutes: 60}
""",
    "Incompatible": """\
rules: {incompatible: [{services: [gym, elder_day_care], when: always}]}
""",
    "Pin": """\
rules:
  pins:
    - {fix: in, space: B1-hall, service: canteen, reason: promised, source: minutes 4,
       date: 2026-03-02}
    - {fix: out, building: B2, category: sports, reason: noise}
    - {fix: in, street: S1, service: canteen, reason: one in the street}
""",
    "Standard": """\
standards:
  - id: canteen_per_street
    name: {zh: 每街道一处食堂, en: A canteen in every street}
    measure: sites
    minimum: 1
    services: canteen
    level: street
    source: local plan
    source_date: 2025
  - {id: gross_new, measure: gross_m2_per_100_households, minimum: 30, kinds: new,
     verified_minimum: 30, source: Guideline of the programme}
  - {id: lunch_near, measure: persons_within_limit, minimum: 0.9, services: canteen,
     groups: elder, max_walk_min: 10, level: all}
  - {id: gym_per_community, measure: sites, minimum: 1, services: gym, use: floor}
  - {id: gym_covered, measure: coverage, minimum: 0.1, needs: exercise, level: all,
     use: floor}
""",
    "Goal": """\
goals:
  - {maximize: {weighted_covered_persons: 1}, tolerance: 0.01}
  - {minimize: {capital_cost: 1, yearly_outlay: 5}}
""",
    "GoalTerm": """\
goals:
  - maximize:
      - {measure: covered_persons, tier: 1, weight: 2}
      - {measure: worst_community_coverage, need: lunch, weight: 100}
""",
    "OptionsSection": """\
options: {engine: auto, time_limit_s: 60, gap: 0.01, seed: 7, workers: 2}
""",
    "variants": """\
variants:
  low_budget: {limits: {capital_budget: 400000}}
  no_gym: {services: [{id: gym, remove: true}], needs: [{id: exercise, remove: true}],
           rules: {incompatible: []}}
  free: {limits: {capital_budget: null}}
""",
}
"""YAML by model of the schema."""

RULES = {
    "demand_limit": """\
needs: [{id: lunch, groups: {elder: 0.12}, visits_per_person_week: 7}]
""",
    "reach": """\
needs: [{id: lunch, accepts: [{service: canteen, session: lunch, max_walk_min: 8}]}]
""",
    "capacity": """\
services: [{id: canteen, turns: 2}]
""",
    "places": """\
services: [{id: gym, m2_per_place: 4.5}]
""",
    "area_limit": """\
services: [{id: gym, max_area_m2: 200}]
""",
    "min_area": """\
services: [{id: gym, min_area_m2: 80}]
""",
    "sharing": """\
services: [{id: gym, sharing: hall}, {id: elder_day_care, sharing: dedicated}]
""",
    "change_over": SECTIONS["ChangeOver"],
    "reserve": """\
limits: {reserve_share: 0.05}
""",
    "incompatible": SECTIONS["Incompatible"],
    "siting": SECTIONS["Requirements"],
    "available": """\
tables:
  buildings: {file: buildings.csv, constants: {available: "mon-sat 07:00-22:00"}}
""",
    "capital_budget": """\
limits: {capital_budget: 0}
""",
    "annual_budget": """\
limits: {annual_budget: 300000, by_district: {D1: {annual_budget: 200000}}}
""",
    "floor_area_limit": """\
limits: {floor_area_m2: 400}
""",
    "building_limit": """\
limits: {buildings: 2}
""",
    "coverage_floor": SECTIONS["CoverageFloor"],
    "pins": SECTIONS["Pin"],
}
"""YAML by rule id."""

TABLES = {
    "communities": """\
community_id,name,street_id,district_id,kind,households
C1,North,S1,D1,old_estate,990
C2,South,S1,D1,new,1120
""",
    "zones": """\
zone_id,x,y,community_id,households,counted
Z1,100,700,C1,420,yes
Z2,350,820,C1,310,yes
Z4,150,250,C2,380,no
""",
    "population": """\
community_id,group_id,persons
C1,elder,630
C1,adult,1640
C2,elder,710
C2,child,345
""",
    "survey": """\
zone_id,community_id,need_id,factor,rate,sample_size
Z1,,lunch,1.4,,120
,C2,lunch,,0.15,300
""",
    "demand": """\
zone_id,need_id,group_id,visits_per_week
Z1,lunch,elder,95
Z2,exercise,,60
""",
    "buildings": """\
building_id,x,y,name,gross_area_m2,opening_cost,features,lease_until,available
B1,300,700,Old workshop,520,40000,gas;lift,2035-12-31,mon-sun 06:00-23:00
B2,450,300,Vacant shop,260,10000,gas,,
B3,150,450,Estate office,180,5000,,,
""",
    "spaces": """\
space_id,building_id,usable_area_m2,floor,divisible,features,available,fitted_for
B1-hall,B1,240,1,no,step_free,,canteen
B1-cellar,B1,120,-1,yes,,,
B2-shop,B2,180,1,yes,step_free,mon-fri 07:00-22:00; sat 08:00-14:00,
B3-room,B3,125,1,no,step_free,,
""",
    "facilities": """\
facility_id,service_id,session_id,x,y,places,visits_per_week,community_id
F1,canteen,lunch,560,150,12,,C2
F2,gym,evening,700,320,,280,C2
""",
    "requests": """\
request_id,zone_id,community_id,service_id,need_id,text,source,date,priority
Q1,Z1,,canteen,,A canteen nearer than the avenue,residents' meeting,2026-03-02,1
Q2,,C2,,lunch,Lunch for those who live alone,letter,2026-02-11,2
""",
    "travel": """\
zone_id,site_id,walk_min,profile
Z1,B1,4.5,
Z1,B2,12,slow
Z6,F1,3,
""",
    "streets": """\
class,layer,grade_percent,crossing_delay_min,wkt
lane,0,2,,"LINESTRING (100 200, 400 500, 900 500)"
avenue,0,,0.8,"LINESTRING (100 500, 400 500, 400 900)"
steps,1,30,,"LINESTRING (0 700, 100 500)"
""",
}
"""CSV by table."""
