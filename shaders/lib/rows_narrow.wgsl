// Short rows: one row per invocation, without synchronisation.
override WIDTH: u32 = 64u;

fn row_of(groups_x: u32, group: vec3<u32>, lane: u32) -> u32 {
    return group_index(groups_x, group) * WIDTH + lane;
}

fn first_col(lane: u32) -> u32 {
    return 0u;
}

fn step() -> u32 {
    return 1u;
}

fn row_sum(value: f32, lane: u32) -> f32 {
    return value;
}

fn row_max(value: f32, lane: u32) -> f32 {
    return value;
}
