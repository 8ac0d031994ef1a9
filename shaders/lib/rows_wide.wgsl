// Long rows: one row per workgroup; its invocations take the columns in turn.

fn row_of(groups_x: u32, group: vec3<u32>, lane: u32) -> u32 {
    return group_index(groups_x, group);
}

fn first_col(lane: u32) -> u32 {
    return lane;
}

// Stride between an invocation's columns.
fn step() -> u32 {
    return WIDTH;
}

fn row_sum(value: f32, lane: u32) -> f32 {
    return workgroup_sum(value, lane);
}

fn row_max(value: f32, lane: u32) -> f32 {
    return workgroup_max(value, lane);
}
