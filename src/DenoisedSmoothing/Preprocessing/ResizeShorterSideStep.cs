namespace DenoisedSmoothing.Preprocessing;

/// <summary>Resizes the shorter side to a length and keeps the proportions, like torchvision's Resize with one number.</summary>
internal sealed record ResizeShorterSideStep(int Length, Resampling Resampling) : IPreprocessStep
{
    // torchvision rounds the longer side down (transforms/functional.py, _compute_resized_output_size).
    public ImageShape ShapeOf(ImageShape input)
    {
        int shorter = Math.Min(input.Height, input.Width);
        return ResizeStep.Checked(input, (long)Length * input.Height / shorter, (long)Length * input.Width / shorter);
    }

    public ByteImage Apply(ByteImage image) => ResizeStep.To(image, ShapeOf(image.Shape), Resampling);

    public override string ToString() => $"shorter side resized to {Length} ({ResizeStep.Name(Resampling)})";
}
