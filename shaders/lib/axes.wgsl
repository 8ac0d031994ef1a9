// Indices along four axes. Adjacent axes have been joined where possible: only the last RANK may be longer
// than 1.
override RANK: u32 = 4u;

fn index_of(element: u32, sizes: vec4<u32>) -> vec4<u32> {
    if RANK == 1u {
        return vec4<u32>(0u, 0u, 0u, element);
    }
    let w = element % sizes.w;
    var rest = element / sizes.w;
    if RANK == 2u {
        return vec4<u32>(0u, 0u, rest, w);
    }
    let z = rest % sizes.z;
    rest /= sizes.z;
    if RANK == 3u {
        return vec4<u32>(0u, rest, z, w);
    }
    return vec4<u32>(rest / sizes.y, rest % sizes.y, z, w);
}
