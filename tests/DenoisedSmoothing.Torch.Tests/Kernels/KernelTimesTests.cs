using DenoisedSmoothing.Benchmarks;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>What <c>throughput --profile</c> makes of the profiler's output; kernel names as an H100 printed them.</summary>
public class KernelTimesTests
{
    private static readonly string Header = Line("ID", "Process ID", "Process Name", "Host Name", "Kernel Name", "Context", "Stream",
        "Block Size", "Grid Size", "Device", "CC", "Section Name", "Metric Name", "Metric Unit", "Metric Value");

    [Fact]
    public void Parse_reads_names_and_times_in_their_units()
    {
        string csv = string.Join('\n', "==PROF== Connected to process 7", "{\"samples_per_second\":1}", Header,
            Row("group_norm_bfloat16", "ns", "12,345"),
            Row("void at::elementwise_kernel<128, 4, (lambda)>(int, T3)", "us", "1.5"),
            "==PROF== Disconnected from process 7",
            Row("nvjet_sm90_tst_256x128", "msecond", "2"), "");

        KernelTimes.Parse(csv).Should().Equal(
            ("group_norm_bfloat16", 12.345), ("void at::elementwise_kernel<128, 4, (lambda)>(int, T3)", 1.5),
            ("nvjet_sm90_tst_256x128", 2000));
    }

    [Fact]
    public void Parse_of_an_output_without_kernels_is_empty() =>
        KernelTimes.Parse("==ERROR== ERR_NVGPUCTRPERM - The user does not have permission").Should().BeEmpty();

    [Fact]
    public void Parse_of_an_unknown_unit_says_so() =>
        FluentActions.Invoking(() => KernelTimes.Parse(Header + "\n" + Row("k", "cycle", "5")))
            .Should().Throw<FormatException>().WithMessage("*'cycle'*");

    [Theory]
    [InlineData("sm90_xmma_fprop_implicit_gemm_bf16bf16_bf16f32_f32_nhwckrsc_nhwc_tilesize256x128x64", "convolutions")]
    [InlineData("group_norm_bfloat16", "group norm and image additions (own)")]
    [InlineData("add_moments_float32", "group norm and image additions (own)")]
    [InlineData("winograd_pixels_float32", "tiles of convolutions (own)")]
    [InlineData("split_rows_float32", "factors of products split (own)")]
    [InlineData("add_layer_norm_4_bfloat16", "layer norm and token additions (own)")]
    [InlineData("cudnn_generated_fort_native_sdpa_sm90_flash_fprop_wgmma_f16_knob_7", "attention")]
    [InlineData("nvjet_sm90_tst_256x128_64x4_1x2_h_bz_coopA_bias_TNT", "products")]
    [InlineData("void at::<unnamed>::upsample_nearest2d_nhwc_out_frame<c10::BFloat16>", "resizing")]
    [InlineData("void at::<unnamed>::vectorized_layer_norm_kernel<c10::BFloat16, float, 0>", "norms of libtorch")]
    [InlineData("void at::vectorized_elementwise_kernel<8, at::GeluCUDAKernelImpl(at::TensorIteratorBase &)>", "activations")]
    [InlineData("void at::elementwise_kernel<128, 4, void at::gpu_kernel_impl_nocast<at::direct_copy_kernel>>", "copies and joins")]
    [InlineData("void at::vectorized_elementwise_kernel<8, at::FillFunctor<c10::BFloat16>>", "additions and other passes")]
    [InlineData("something_new", "other")]
    public void Kind_of_a_kernel_is_its_operations(string kernel, string kind) => KernelTimes.Kind(kernel).Should().Be(kind);

    private static string Row(string kernel, string unit, string value) => Line("0", "7", "Benchmarks", "127.0.0.1", kernel, "1", "7",
        "(256, 1, 1)", "(8, 1, 1)", "0", "9.0", "Command line profiler metrics", "gpu__time_duration.sum", unit, value);

    private static string Line(params string[] fields) => string.Join(',', fields.Select(field => $"\"{field}\""));
}
